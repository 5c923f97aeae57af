package org.intraq.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.intraq.golden.Golden;
import org.intraq.models.eval.Classifier;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.ExactFakeQuantizer;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The integer engine against the fake-quantized network, and what it promises of its memory. */
final class IntegerNetworkTest {
  /** What the issue allows, and what the exactness argument of the package leads one to expect. */
  private static final double ALLOWED = 1e-3;

  private static final double EXPECTED = 1e-5;

  private static final long ALLOWED_BYTES_A_STEP = 4096;

  /** Time that the compiler gets on a busy machine. */
  private static final long WARM_UP_NANOS = 60_000_000_000L;

  @TempDir private Path folder;

  private QuantizedFile.Content network(String name, String bits, int images) {
    return QuantizedFixtures.formula(folder.resolve("q"), name, bits, images);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, w2a2, false",
    "resnet20_cifar10, w3a5, false",
    "resnet20_cifar10, w4a4, false",
    "resnet20_cifar10, w6a3, false",
    "resnet20_cifar10, w8a8, false",
    "resnet20_cifar10, mixed, false",
    "resnet20_cifar10, w4a4, true",
    "resnet20_cifar10, w5a7, false",
    "mobilenet_w3d4, w2a2, false",
    "mobilenet_w3d4, w4a4, false",
    "mobilenet_w3d4, w8a8, false",
    "mobilenet_w3d4, mixed, false",
    "mobilenet_w3d4, mixed, true",
    "mobilenetv2_w1, w2a2, false",
    "mobilenetv2_w1, w4a4, false",
    "mobilenetv2_w1, w8a8, false",
    "mobilenetv2_w1, w8a8, true",
    "mobilenetv2_w1, mixed, false",
    "resnet18, w2a2, false",
    "resnet18, w4a4, false",
    "resnet18, w8a8, false",
    "resnet18, mixed, true",
    "resnet50, w4a4, false",
    "resnet20_cifar10, w4, false",
    "resnet20_cifar10, a4, false"
  })
  void givesTheAnswersOfTheFakeQuantizedNetwork(String name, String bits, boolean allInteger) {
    int n = 3;
    QuantizedFile.Content content = network(name, bits, n);
    float[] images = QuantizedFixtures.images(content.network().input(), n);
    float[] want = new float[n * content.network().classes()];
    float[] got = new float[want.length];
    try (CpuBackend backend = new CpuBackend(2);
        Parameters parameters = QuantizedFile.parameters(backend, content);
        var hooks = new ExactFakeQuantizer(backend, content, allInteger)) {
      Classifier.of(parameters, hooks).logits(images, n, want);
      engine(content, allInteger, backend, n, 0).logits(images, n, got);
    }
    assertSame(want, got, content.network().classes());
  }

  /** Top-1 identical but for ties within 1e-4; logits within 1e-3, and in truth far closer. */
  static void assertSame(float[] want, float[] got, int classes) {
    double largest = 0;
    for (float v : want) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertTrue(largest > 0 && Double.isFinite(largest), "degenerate logits");
    for (int i = 0; i < want.length; i++) {
      assertEquals(want[i], got[i], ALLOWED * largest, "logit " + i);
      assertEquals(want[i], got[i], EXPECTED * largest, "logit " + i);
    }
    for (int row = 0; row < want.length; row += classes) {
      int best = best(got, row, classes);
      assertTrue(want[row + best] >= want[row + best(want, row, classes)] - 1e-4 * largest);
    }
  }

  private static int best(float[] logits, int row, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = logits[row + c] > logits[row + best] ? c : best;
    }
    return best;
  }

  private static IntegerNetwork engine(
      QuantizedFile.Content content, boolean all, CpuBackend backend, int capacity, int guard) {
    Program program = Compiler.compile(content, all, backend.lowBitConvolution(), guard);
    return new IntegerNetwork(program, backend, capacity);
  }

  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, w2a2", "resnet20_cifar10, w4a4", "mobilenetv2_w1, mixed"})
  void threadsAndCapacityDoNotMatter(String name, String bits) {
    QuantizedFile.Content content = network(name, bits, 2);
    int n = 5;
    float[] images = QuantizedFixtures.images(content.network().input(), n);
    Set<Integer> results = new LinkedHashSet<>();
    for (int threads = 1; threads <= 3; threads++) {
      for (int capacity : new int[] {1, 2, 5, 8}) {
        try (CpuBackend backend = new CpuBackend(threads)) {
          float[] logits = new float[n * content.network().classes()];
          engine(content, false, backend, capacity, 0).logits(images, n, logits);
          results.add(Arrays.hashCode(logits));
        }
      }
    }
    assertEquals(1, results.size());
  }

  @Test
  void theDefinitionOfTheKernelsGivesTheSame() {
    QuantizedFile.Content content = network("resnet20_cifar10", "w3a3", 1);
    float[] images = QuantizedFixtures.images(content.network().input(), 1);
    float[][] logits = new float[2][10];
    for (int i = 0; i < 2; i++) {
      try (CpuBackend backend = i == 0 ? new CpuBackend(2) : CpuBackend.reference(2)) {
        engine(content, true, backend, 1, 0).logits(images, 1, logits[i]);
      }
    }
    assertSame(logits[0], logits[1], 10);
  }

  /**
   * Small objects only, a few for each step: no value, no scratch, no vector that the compiler left
   * boxed (those are megabytes a call, and stay). Before it has compiled, all vectors are objects.
   */
  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, w4a4", "resnet20_cifar10, w2a2", "mobilenet_w3d4, w4a4"})
  void nothingLargeIsAllocatedForACall(String name, String bits) {
    QuantizedFile.Content content = network(name, bits, 2);
    int n = 8;
    float[] images = QuantizedFixtures.images(content.network().input(), n);
    float[] logits = new float[n * content.network().classes()];
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (CpuBackend backend = new CpuBackend(1)) {
      IntegerNetwork network = engine(content, false, backend, n, 0);
      long allowed = ALLOWED_BYTES_A_STEP * network.program().steps().size();
      long allocated = Long.MAX_VALUE;
      long end = System.nanoTime() + WARM_UP_NANOS;
      while (allocated > allowed && System.nanoTime() < end) {
        long before = threads.getCurrentThreadAllocatedBytes();
        network.logits(images, n, logits);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      if (allocated > allowed) {
        fail(allocated + " bytes allocated by a call, of its steps by " + greedy(network, n));
      }
    }
  }

  /** The steps that allocate more than they may, with their bytes. */
  private static List<String> greedy(IntegerNetwork network, int n) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<String> found = new ArrayList<>();
    for (Step step : network.program().steps()) {
      Runnable bound = step.bind(network.machine(), n);
      long before = threads.getCurrentThreadAllocatedBytes();
      bound.run();
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      if (bytes > ALLOWED_BYTES_A_STEP) {
        found.add(step.row().layer() + " " + bytes);
      }
    }
    return found;
  }

  /**
   * Between neighbours lie guards: what they hold does not matter (nothing reads outside a value)
   * and stays (nothing writes there).
   */
  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, w4a4, true",
    "mobilenetv2_w1, w2a2, false",
    "mobilenet_w3d4, w8a8, true",
    "resnet18, w4a4, false"
  })
  void nothingOutsideTheBuffersIsReadOrWritten(String name, String bits, boolean allInteger) {
    QuantizedFile.Content content = network(name, bits, 1);
    int n = 2;
    float[] images = QuantizedFixtures.images(content.network().input(), n);
    int classes = content.network().classes();
    float[][] logits = new float[3][n * classes];
    try (CpuBackend backend = new CpuBackend(2)) {
      engine(content, allInteger, backend, n, 0).logits(images, n, logits[0]);
      for (int i = 1; i <= 2; i++) {
        IntegerNetwork network = engine(content, allInteger, backend, n, 64);
        byte code = (byte) (i == 1 ? 0x55 : 0xaa);
        float value = i == 1 ? Float.NaN : 1e30f;
        Machine machine = network.machine();
        Arrays.fill(machine.codes(), code);
        Arrays.fill(machine.floats(), value);
        network.logits(images, n, logits[i]);
        assertGuards(network, code, value);
      }
    }
    assertArrayEquals(logits[0], logits[1], 0f);
    assertArrayEquals(logits[0], logits[2], 0f);
  }

  private static void assertGuards(IntegerNetwork network, byte code, float value) {
    Machine machine = network.machine();
    int n = machine.capacity();
    boolean[] codes = new boolean[machine.codes().length];
    boolean[] floats = new boolean[machine.floats().length];
    int used = 0;
    for (Value v : network.program().layout().values()) {
      boolean[] kind = v.isCodes() ? codes : floats;
      Arrays.fill(kind, machine.at(v), machine.at(v) + n * v.size(), true);
      used++;
    }
    assertTrue(used > 10);
    for (int i = 0; i < codes.length; i++) {
      assertTrue(codes[i] || machine.codes()[i] == code, "code " + i + " was written");
    }
    for (int i = 0; i < floats.length; i++) {
      assertTrue(
          floats[i] || Float.compare(machine.floats()[i], value) == 0, "float " + i + " written");
    }
  }

  @Test
  void fourBitWeightsTakeAnEighth() throws Exception {
    assertSmall(QuantizedFixtures.formula(folder.resolve("q"), "resnet18", "w4a4", 1));
  }

  /** Small networks, where what belongs to a channel weighs most. */
  @Test
  void fourBitWeightsOfTheShippedNetworkTakeAnEighth() throws Exception {
    Path weights = Path.of("../models/pretrained/resnet20_fashion.safetensors");
    Path data = Path.of("../models/data/fashion-mnist");
    assertSmall(QuantizedFixtures.real(folder.resolve("q"), weights, data, "w4a4", 8, 8).content());
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10_akamaster, cifar10/test_1017.bin",
    "mobilenet_v1_0.75_224_imagenet, photos500"
  })
  void fourBitWeightsOfRealNetworksTakeAnEighth(String name, String images) throws Exception {
    Path weights = Golden.sharedPath("weights/" + name + ".safetensors");
    Path data = Golden.sharedPath("data/" + images);
    assertSmall(QuantizedFixtures.real(folder.resolve("q"), weights, data, "w4a4", 2, 2).content());
  }

  /** File and resident weights, at most 0.14 of f32; the plan tells what is there. */
  private void assertSmall(QuantizedFile.Content content) throws Exception {
    long floats = 0;
    for (var entry : content.weights().entries().values()) {
      floats += 4L * entry.values().length;
    }
    try (CpuBackend backend = new CpuBackend(1)) {
      Program program = Compiler.compile(content, false, backend.lowBitConvolution());
      long resident = ResidentBytes.of(program.steps());
      double file = Files.size(folder.resolve("q"));
      assertTrue(file <= 0.14 * floats, "file " + file / floats);
      assertTrue(resident <= 0.14 * floats, "resident " + (double) resident / floats);
      assertTrue(resident > 0.12 * floats, "counted too little");
      assertEquals(1, (double) program.weightBytes() / resident, 0.005, "the sum of the plan");
    }
  }

  @Test
  void refusesWhatItCannotRun() {
    QuantizedFile.Content content = network("resnet20_cifar10", "w4a4", 1);
    try (CpuBackend backend = new CpuBackend(1)) {
      IntegerNetwork network = engine(content, false, backend, 1, 0);
      var few =
          assertThrows(
              IllegalArgumentException.class, () -> network.logits(new float[3], 1, new float[10]));
      assertTrue(few.getMessage().contains("3072 pixels"), few.getMessage());
      assertThrows(
          IllegalArgumentException.class, () -> new IntegerNetwork(network.program(), backend, 0));
    }
  }

  @Test
  void layersAreCodesWhereTheMethodQuantizesTheirInput() {
    QuantizedFile.Content content = network("mobilenetv2_w1", "w4a4", 1);
    try (CpuBackend backend = new CpuBackend(1)) {
      var some = Compiler.compile(content, false, backend.lowBitConvolution());
      var all = Compiler.compile(content, true, backend.lowBitConvolution());
      long floats = some.rows().stream().filter(r -> r.kernel().startsWith("f32")).count();
      // The first layer, 17 expansions (this variant expands always, but the first unit's input is
      // an activation), the last convolution, the classifier.
      assertEquals(1 + 16 + 1 + 1, floats);
      assertEquals(0, all.rows().stream().filter(r -> r.kernel().startsWith("f32")).count());
      assertEquals(some.multiplyAdds(), all.multiplyAdds());
      assertEquals(53, content.network().all(Node.Conv.class).size());
    }
  }

  @Test
  void realWeightsOnRealImages() {
    Path weights = Golden.sharedPath("weights/resnet20_cifar10_akamaster.safetensors");
    Path data = Golden.sharedPath("data/cifar10/test_1017.bin");
    for (String bits : new String[] {"w2a2", "w4a4", "w8a8"}) {
      QuantizedFixtures.RealCase c =
          QuantizedFixtures.real(folder.resolve("q"), weights, data, bits, 64, 128);
      compareReal(c, 128);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet_v1_0.75_224_imagenet, w4a4",
    "mobilenet_v1_0.75_224_imagenet, w8a8",
    "mobilenet_v2_1.0_224_imagenet_merged, w5a5"
  })
  void realMobileNetsOnPhotos(String name, String bits) {
    Path weights = Golden.sharedPath("weights/" + name + ".safetensors");
    Path data = Golden.sharedPath("data/photos500");
    compareReal(QuantizedFixtures.real(folder.resolve("q"), weights, data, bits, 4, 12), 12);
  }

  private static void compareReal(QuantizedFixtures.RealCase c, int n) {
    int classes = c.content().network().classes();
    float[] want = new float[n * classes];
    float[] got = new float[n * classes];
    try (CpuBackend backend = new CpuBackend(2);
        Parameters parameters = QuantizedFile.parameters(backend, c.content());
        var hooks = new ExactFakeQuantizer(backend, c.content(), false)) {
      Classifier.of(parameters, hooks).logits(c.images(), n, want);
      engine(c.content(), false, backend, Math.min(n, 32), 0).logits(c.images(), n, got);
    }
    assertSame(want, got, classes);
  }
}
