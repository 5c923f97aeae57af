package org.intraq.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.host.HostDriver;
import org.intraq.cuda.launch.MathMode;
import org.intraq.cuda.step.TinyNetworks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The integer engine on a GPU gives the bits of the CPU's. */
class DeviceNetworkTest {
  private static final int CAPACITY = 4;

  /** What another order of f32 sums may change, of the largest logit. */
  private static final double ROUNDING = 1e-5;

  private static List<CudaBackend> backends;
  private static CpuBackend cpu;

  @BeforeAll
  static void open() {
    backends = CudaTesting.backends();
    cpu = new CpuBackend(1);
  }

  @AfterAll
  static void close() {
    if (backends == null) {
      return;
    }
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.memory().liveBytes(), "leaked bytes");
      backend.close();
    }
    cpu.close();
  }

  private static Network network(String name) {
    return switch (name) {
      case "resnet" -> TinyNetworks.resNet();
      case "mobilenet" -> TinyNetworks.mobileNet();
      case "winograd" -> TinyQuantized.winograd();
      case "separable" -> TinyQuantized.separable();
      default -> TinyQuantized.mixture();
    };
  }

  private static float[] images(Network network, int n) {
    Node.Input in = network.input();
    return KernelData.signed(n * in.h() * in.w() * in.c(), 1);
  }

  private static float[] onCpu(QuantizedFile.Content content, boolean all, float[] images, int n) {
    float[] logits = new float[n * content.network().classes()];
    Program program = Compiler.compile(content, all, cpu.lowBitConvolution());
    new IntegerNetwork(program, cpu, n).logits(images, n, logits);
    assertVaried(logits, n);
    return logits;
  }

  /** The logits of images differ, or the test would show nothing. */
  private static void assertVaried(float[] logits, int n) {
    int classes = logits.length / n;
    assertTrue(n == 1 || !Arrays.equals(logits, 0, classes, logits, classes, 2 * classes));
    KernelData.assertNotDegenerate(logits);
  }

  private static float[] logits(DeviceNetwork network, float[] images, int n) {
    float[] logits = new float[n * network.classes()];
    network.logits(images, n, logits);
    return logits;
  }

  @ParameterizedTest
  @CsvSource({
    "resnet, w4a4, false",
    "resnet, w8a8, true",
    "resnet, w2a2, true",
    "resnet, mixed, false",
    "mobilenet, w4a4, false",
    "mobilenet, w8a8, true",
    "mobilenet, mixed, true",
    "mixture, w4a4, false",
    "mixture, w8a8, true",
    "mixture, mixed, false",
    "mixture, mixed, true",
    "mixture, w3a6, false",
    "mobilenet, w4, false",
    "resnet, a4, false",
    "mobilenet, a5, false"
  })
  void logitsHaveTheBitsOfTheCpu(String name, String bits, boolean allInteger) {
    QuantizedFile.Content content = TinyQuantized.of(network(name), bits, 7);
    // One, a full pass, a full pass and the rest; twice, so that recorded steps are replayed.
    int most = CAPACITY + 2;
    float[] images = images(content.network(), most);
    float[] expected = onCpu(content, allInteger, images, most);
    for (CudaBackend backend : backends) {
      Program program = Compiler.forDevice(content, allInteger);
      try (DeviceNetwork network = new DeviceNetwork(program, backend, CAPACITY)) {
        for (int n : new int[] {1, CAPACITY, most, most, most}) {
          float[] want = Arrays.copyOf(expected, n * network.classes());
          assertArrayEquals(want, logits(network, images, n), n + " images");
        }
        assertEquals(0, logits(network, images, 0).length);
        if (backend.gpu().driver() instanceof HostDriver host) {
          assertTrue(host.graphLaunches() > 0, "no steps were replayed");
        }
      }
    }
  }

  /** Layers in f32 stay exact where the user lets other convolutions round their operands. */
  @Test
  void theMathOfOtherProductsDoesNotMatter() {
    QuantizedFile.Content content = TinyQuantized.of(TinyQuantized.mixture(), "w4a4", 7);
    float[] images = images(content.network(), 2);
    float[] expected = onCpu(content, false, images, 2);
    String before = System.getProperty(MathMode.PROPERTY, "f32");
    System.setProperty(MathMode.PROPERTY, "bf16");
    try {
      for (CudaBackend backend : CudaTesting.backends()) {
        try (backend;
            var network = new DeviceNetwork(Compiler.forDevice(content, false), backend, 2)) {
          assertTrue(backend.describe().contains("bf16"), backend.describe());
          assertArrayEquals(expected, logits(network, images, 2));
        }
      }
    } finally {
      System.setProperty(MathMode.PROPERTY, before);
    }
  }

  /**
   * Floats and 3x3 windows: the CPU takes Winograd's algorithm for sixteens of channels, and walks
   * along the rows of depthwise layers.
   */
  @ParameterizedTest
  @ValueSource(strings = {"winograd", "separable"})
  void weightsAloneAreWithinRounding(String name) {
    QuantizedFile.Content content = TinyQuantized.of(network(name), "w4", 7);
    float[] images = images(content.network(), 2);
    float[] expected = onCpu(content, false, images, 2);
    float largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (CudaBackend backend : backends) {
      Program program = Compiler.forDevice(content, false);
      try (DeviceNetwork network = new DeviceNetwork(program, backend, 2)) {
        float[] got = logits(network, images, 2);
        assertArrayEquals(expected, got, (float) (ROUNDING * largest));
      }
    }
  }

  /**
   * Between neighbours lie guards: what they hold does not matter (nothing reads outside a value)
   * and stays (nothing writes there).
   */
  @ParameterizedTest
  @CsvSource({"resnet, w4a4, false", "mobilenet, mixed, false", "mixture, w4a4, true"})
  void nothingOutsideTheValuesIsReadOrWritten(String name, String bits, boolean allInteger) {
    QuantizedFile.Content content = TinyQuantized.of(network(name), bits, 9);
    int n = 2;
    float[] images = images(content.network(), n);
    float[] expected = onCpu(content, allInteger, images, n);
    for (CudaBackend backend : backends) {
      for (byte code : new byte[] {0x55, (byte) 0xaa}) {
        Program program = Compiler.forDevice(content, allInteger, 64);
        try (DeviceNetwork network = new DeviceNetwork(program, backend, n)) {
          float value = code > 0 ? Float.NaN : 1e30f;
          fill(network, backend.memory(), code, value);
          assertArrayEquals(expected, logits(network, images, n));
          assertGuards(network, backend.memory(), code, value);
        }
      }
    }
  }

  private static void fill(DeviceNetwork network, MemoryOps memory, byte code, float value) {
    DeviceMachine machine = network.machine();
    byte[] codes = new byte[machine.codes().size()];
    Arrays.fill(codes, code);
    memory.upload(codes, 0, machine.codes());
    memory.fill(machine.floats(), value);
  }

  private static void assertGuards(
      DeviceNetwork network, MemoryOps memory, byte code, float value) {
    DeviceMachine machine = network.machine();
    byte[] codes = new byte[machine.codes().size()];
    float[] floats = new float[machine.floats().size()];
    memory.download(machine.codes(), codes, 0);
    memory.download(machine.floats(), floats, 0);
    int n = machine.capacity();
    for (Value v : network.program().layout().values()) {
      if (v.isCodes()) {
        Arrays.fill(codes, machine.at(v), machine.at(v) + n * v.size(), code);
      } else {
        Arrays.fill(floats, machine.at(v), machine.at(v) + n * v.size(), value);
      }
    }
    for (byte c : codes) {
      assertEquals(code, c, "a code outside all values was written");
    }
    for (float f : floats) {
      assertEquals(0, Float.compare(value, f), "a float outside all values was written");
    }
  }

  @Test
  void refusesWhatItCannotRun() {
    QuantizedFile.Content content = TinyQuantized.of(TinyNetworks.resNet(), "w4a4", 7);
    Program program = Compiler.forDevice(content, false);
    Program forCpu = Compiler.compile(content, false, cpu.lowBitConvolution());
    float[] images = images(content.network(), 1);
    var none =
        assertThrows(IllegalArgumentException.class, () -> new DeviceNetwork(program, cpu, 1));
    assertTrue(none.getMessage().contains("integer kernels, got cpu"), none.getMessage());
    for (CudaBackend backend : backends) {
      assertThrows(IllegalArgumentException.class, () -> new DeviceNetwork(program, backend, 0));
      try (DeviceNetwork network = new DeviceNetwork(program, backend, 1);
          DeviceNetwork wrong = new DeviceNetwork(forCpu, backend, 1)) {
        assertThrows(IllegalArgumentException.class, () -> logits(network, images, 2));
        assertThrows(IllegalStateException.class, () -> logits(wrong, images, 1));
      }
    }
    IntegerNetwork wrong = new IntegerNetwork(program, cpu, 1);
    assertThrows(IllegalStateException.class, () -> wrong.logits(images, 1, new float[4]));
  }

  /** So that none of them goes untested. */
  @Test
  void theNetworksHaveEveryKindOfStep() {
    Set<Class<?>> kinds = new HashSet<>();
    boolean floatsOfCodes = false;
    for (String name : new String[] {"resnet", "mobilenet", "mixture"}) {
      for (boolean all : new boolean[] {false, true}) {
        Program program = Compiler.forDevice(TinyQuantized.of(network(name), "mixed", 7), all);
        program.steps().forEach(step -> kinds.add(step.getClass()));
        floatsOfCodes |=
            program.rows().stream()
                .anyMatch(r -> r.kernel().startsWith("f32") && r.bits().startsWith("u"));
      }
    }
    assertTrue(floatsOfCodes, "a layer of codes that integers cannot compute");
    assertEquals(
        Set.of(
            Average.class,
            Classify.class,
            Dequantize.class,
            DeviceConvolution.class,
            FloatLayer.class,
            Pooling.class,
            Quantize.class,
            Shortcut.class),
        kinds);
  }

  @Test
  void bothPlansHaveTheSameSteps() {
    for (String bits : new String[] {"w4a4", "mixed"}) {
      QuantizedFile.Content content = TinyQuantized.of(TinyQuantized.mixture(), bits, 7);
      Program here = Compiler.compile(content, false, cpu.lowBitConvolution());
      Program there = Compiler.forDevice(content, false);
      List<String> layers = here.rows().stream().map(r -> r.layer() + r.bits()).toList();
      assertEquals(layers, there.rows().stream().map(r -> r.layer() + r.bits()).toList());
      assertEquals(here.multiplyAdds(), there.multiplyAdds());
      assertTrue(there.rows().stream().anyMatch(r -> r.kernel().startsWith("device")));
    }
  }
}
