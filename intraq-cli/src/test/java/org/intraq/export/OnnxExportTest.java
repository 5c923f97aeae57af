package org.intraq.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.deploy.QuantizedFixtures;
import org.intraq.golden.Golden;
import org.intraq.models.eval.Classifier;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.ExactFakeQuantizer;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported models in ONNX Runtime against this program. */
final class OnnxExportTest {
  private static final int FEW = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, w4a4",
    "resnet20_cifar10, w2a2",
    "resnet20_cifar10, w3a5",
    "resnet20_cifar10, w8a8",
    "resnet20_cifar10, mixed",
    "mobilenet_w3d4, w4a4",
    "mobilenetv2_w1, w6a6",
    "resnet18, w4a4"
  })
  void formulaWeights(String name, String bits) throws OrtException {
    int n = 4;
    var content = QuantizedFixtures.formula(folder.resolve("q"), name, bits, n);
    compare(content, QuantizedFixtures.images(content.network().input(), n), n, false);
  }

  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, w4a4", "resnet20_cifar10, w7a7", "mobilenet_w3d4, w5a5"})
  void symmetricWeightsAreTheSameNetwork(String name, String bits) throws OrtException {
    int n = 4;
    var content = QuantizedFixtures.formula(folder.resolve("q"), name, bits, n);
    compare(content, QuantizedFixtures.images(content.network().input(), n), n, true);
  }

  /**
   * As its users open it, with all optimisations, the model gives the logits that it gives with
   * none: nothing is rounded that this program does not round, and nothing is refused.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, w4a4, false",
    "resnet20_cifar10, w4a4, true",
    "resnet20_cifar10, w3a4, false",
    "resnet20_cifar10, w8a4, false",
    "resnet20_cifar10, w4a8, false",
    "resnet20_cifar10, w8a8, false",
    "resnet20_cifar10, w5a5, true",
    "resnet20_cifar10, mixed, false",
    "resnet20_cifar10, w8, false",
    "resnet20_cifar10, a4, false",
    "mobilenet_w3d4, w3a4, true",
    "mobilenet_w3d4, a4, false",
    "mobilenetv2_w1, w8a4, false",
    "mobilenetv2_w1, w4a4, false",
    "resnet18, w4a4, false",
    "resnet18, w8a8, false"
  })
  void optimisationsChangeNothing(String name, String bits, boolean symmetric) throws Exception {
    var content = QuantizedFixtures.formula(folder.resolve("q"), name, bits, FEW);
    float[] plain = logits(content, symmetric, OrtSession.SessionOptions.OptLevel.NO_OPT);
    float[] got = logits(content, symmetric, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    Golden.assertNear("logits", plain, got, 1e-5);
  }

  /** Of the model of a network, on a few images. */
  private float[] logits(
      QuantizedFile.Content content, boolean symmetric, OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(file, content, symmetric);
    Node.Input in = content.network().input();
    return run(file, in, QuantizedFixtures.images(in, FEW), FEW, level);
  }

  /** Symmetric weights behind 8-bit codes may be computed in 8 bits, with biases rounded. */
  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, w5a8", "resnet18, w4a8", "resnet20_cifar10, w8a8"})
  void symmetricWeightsInEightBits(String name, String bits) throws Exception {
    var content = QuantizedFixtures.formula(folder.resolve("q"), name, bits, FEW);
    float[] want = ours(content, QuantizedFixtures.images(content.network().input(), FEW), FEW);
    float[] got = logits(content, true, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    Golden.assertNear("logits", want, got, 0.05);
  }

  /**
   * What {@link RoundedForward} derives: every code that the engine computes, and its logits, are
   * those of the fake-quantized network up to the rounding of one layer.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, w2a2, false",
    "resnet20_cifar10, w4a4, false",
    "resnet20_cifar10, w4a4, true",
    "resnet20_cifar10, w8a8, false",
    "resnet20_cifar10, mixed, false",
    "mobilenet_w3d4, w4a4, false",
    "mobilenet_w3d4, w5a5, true",
    "mobilenetv2_w1, w6a6, false",
    "resnet18, w4a4, false"
  })
  void everyCodeIsWithinRounding(String name, String bits, boolean symmetric) throws Exception {
    var content = QuantizedFixtures.formula(folder.resolve("q"), name, bits, 2);
    withinRounding(content, QuantizedFixtures.images(content.network().input(), 1), symmetric);
  }

  /** The bounds are tight: a model with one weight, or the scale of one channel, off is found. */
  @ParameterizedTest
  @ValueSource(strings = {"code", "scale"})
  void aModelThatDiffersIsNotWithinRounding(String what) {
    var content = QuantizedFixtures.formula(folder.resolve("q"), "resnet20_cifar10", "w4a4", 2);
    float[] image = QuantizedFixtures.images(content.network().input(), 1);
    // Codes are what is exported, weights what the bounds are derived from. A channel that lives.
    var layer = content.codes().get("features.stage1.unit1.body.conv1.conv");
    int channel = 5;
    if (what.equals("code")) {
      int tap = 4 * 16 + 2;
      layer.codes()[tap * layer.channels() + channel] ^= 1;
    } else {
      layer.multiplier()[channel] *= 1.001f;
    }
    AssertionError found =
        assertThrows(AssertionError.class, () -> withinRounding(content, image, false));
    assertTrue(
        found.getMessage().startsWith("features.stage1.unit1.body.conv1.activ"),
        () -> found.getMessage());
  }

  @Test
  void everyCodeOfTheShippedNetworkIsWithinRounding() throws Exception {
    Path weights = Path.of("../models/pretrained/resnet20_fashion.safetensors");
    Path data = Path.of("../models/data/fashion-mnist");
    var real = QuantizedFixtures.real(folder.resolve("q"), weights, data, "w4a4", 32, 32);
    int pixels = real.content().preprocessing().outputLength();
    for (int i = 0; i < 3; i++) {
      float[] image = Arrays.copyOfRange(real.images(), i * pixels, (i + 1) * pixels);
      withinRounding(real.content(), image, false);
    }
  }

  private void withinRounding(QuantizedFile.Content content, float[] image, boolean symmetric)
      throws Exception {
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(file, content, symmetric);
    List<String> names = new ArrayList<>();
    for (Node.Activation a : content.network().all(Node.Activation.class)) {
      if (content.plan().activations(a) != 0) {
        names.add(a.name());
      }
    }
    Files.write(file, outputs(names), StandardOpenOption.APPEND);
    Node.Input in = content.network().input();
    float[] planes = planes(image, in);
    Map<String, float[]> engine = new HashMap<>();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      try (OrtSession session = environment.createSession(file.toString(), options);
          OnnxTensor x =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(planes), new long[] {1, in.c(), in.h(), in.w()});
          var result = session.run(Map.of(OnnxExport.INPUT, x))) {
        for (var entry : result) {
          FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
          float[] values = new float[buffer.remaining()];
          buffer.get(values);
          engine.put(entry.getKey(), values);
        }
      }
    }
    RoundedForward forward = new RoundedForward(content);
    forward.check(planes, engine, engine.get(OnnxExport.OUTPUT));
    assertTrue(forward.codes() > 10_000, "codes compared: " + forward.codes());
    assertTrue(forward.moved() <= forward.codes() / 1000, "codes moved: " + forward.moved());
  }

  /** More outputs, as bytes behind a model: the fields of a message that comes twice are joined. */
  private static byte[] outputs(List<String> names) {
    Message graph = new Message();
    for (String name : names) {
      Message type = new Message().message(1, new Message().number(1, 1));
      graph.message(12, new Message().text(1, name).message(2, type));
    }
    return new Message().message(7, graph).toBytes().toByteArray();
  }

  private static float[] planes(float[] images, Node.Input in) {
    float[] nchw = new float[images.length];
    int plane = in.h() * in.w();
    for (int i = 0; i < images.length; i++) {
      int c = i % in.c();
      int p = i / in.c() % plane;
      nchw[(i / in.c() / plane * in.c() + c) * plane + p] = images[i];
    }
    return nchw;
  }

  @Test
  void symmetricEightBitsAreRoundedAnew() {
    var content = QuantizedFixtures.formula(folder.resolve("q"), "resnet20_cifar10", "w8a8", 4);
    var summary = OnnxExport.write(folder.resolve("model.onnx"), content, true);
    assertEquals(22, summary.quantizedWeights());
    assertTrue(summary.notes().getFirst().contains("rounded anew"), summary.notes().toString());
  }

  @Test
  void realImages() throws OrtException {
    Path weights = Golden.sharedPath("weights/resnet20_cifar10_akamaster.safetensors");
    Path data = Golden.sharedPath("data/cifar10/test_1017.bin");
    for (String bits : new String[] {"w4a4", "w5a5", "w8a8"}) {
      var real = QuantizedFixtures.real(folder.resolve("q"), weights, data, bits, 64, 128);
      compare(real.content(), real.images(), 128, false);
    }
  }

  @Test
  void realPhotos() throws OrtException {
    Path weights = Golden.sharedPath("weights/mobilenet_v1_0.75_224_imagenet.safetensors");
    Path data = Golden.sharedPath("data/photos500");
    var real = QuantizedFixtures.real(folder.resolve("q"), weights, data, "w8a8", 4, 8);
    compare(real.content(), real.images(), 8, false);
  }

  @ParameterizedTest
  @CsvSource({"../models/pretrained/resnet20_fashion.safetensors, ../models/data/fashion-mnist"})
  void theShippedNetwork(String weights, String data) throws OrtException {
    int n = 128;
    var real =
        QuantizedFixtures.real(folder.resolve("q"), Path.of(weights), Path.of(data), "w4a4", 64, n);
    compare(real.content(), real.images(), n, false);
    Pretrained p = Pretrained.load(Path.of(weights));
    Path file = folder.resolve("f32.onnx");
    OnnxExport.write(file, p.network(), p.weights(), Map.of());
    float[] want = new float[n * 10];
    try (CpuBackend backend = new CpuBackend(2);
        Parameters parameters = new Parameters(backend, p.network(), p.weights(), false)) {
      Classifier.of(parameters, Hooks.NONE).logits(real.images(), n, want);
    }
    Node.Input in = p.network().input();
    float[] got = run(file, in, real.images(), n, OrtSession.SessionOptions.OptLevel.ALL_OPT);
    Golden.assertNear("f32 logits", want, got, 1e-5);
    assertEquals(0, differingTop1(want, got, 10, 0));
  }

  private void compare(QuantizedFile.Content content, float[] images, int n, boolean symmetric)
      throws OrtException {
    Path file = folder.resolve("model.onnx");
    var summary = OnnxExport.write(file, content, symmetric);
    assertEquals(content.codes().size(), summary.quantizedWeights(), summary.notes().toString());
    float[] want = ours(content, images, n);
    Node.Input in = content.network().input();
    // Without rewriting by the engine: QuantizeLinear and DequantizeLinear as they stand.
    float[] got = run(file, in, images, n, OrtSession.SessionOptions.OptLevel.NO_OPT);
    assertAgree(want, got, content.network().classes());
  }

  /**
   * The engine's sums are rounded, ours are not: a value at a rounding border takes the
   * neighbouring code, which moves the logits of its image by parts of a step, as it does between
   * PyTorch and this program; {@link #everyCodeIsWithinRounding} proves that it is nothing else.
   * All images have the same class, but for logits closer than that.
   */
  private static void assertAgree(float[] want, float[] got, int classes) {
    Golden.assertNear("logits", want, got, 5e-2);
    assertEquals(0, differingTop1(want, got, classes, 0.05), "images with another class");
  }

  /**
   * Images of another class whose two classes are further apart than {@code share} of the logits.
   */
  private static int differingTop1(float[] want, float[] got, int classes, double share) {
    int differing = 0;
    for (int row = 0; row < want.length; row += classes) {
      int a = best(want, row, classes);
      int b = best(got, row, classes);
      double apart = want[row + a] - want[row + b];
      differing += apart > share * Math.abs(want[row + a]) ? 1 : 0;
    }
    return differing;
  }

  private static int best(float[] logits, int row, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = logits[row + c] > logits[row + best] ? c : best;
    }
    return best;
  }

  private static float[] ours(QuantizedFile.Content content, float[] images, int n) {
    float[] logits = new float[n * content.network().classes()];
    try (CpuBackend backend = new CpuBackend(2);
        Parameters parameters = QuantizedFile.parameters(backend, content);
        var hooks = new ExactFakeQuantizer(backend, content, false)) {
      Classifier.of(parameters, hooks).logits(images, n, logits);
    }
    return logits;
  }

  private static float[] run(
      Path file, Node.Input in, float[] images, int n, OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
    float[] nchw = planes(images, in);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(file.toString(), options);
          OnnxTensor x =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(nchw), new long[] {n, in.c(), in.h(), in.w()});
          var result = session.run(Map.of(OnnxExport.INPUT, x))) {
        FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[logits.remaining()];
        logits.get(values);
        return values;
      }
    }
  }

  /** A network in full precision comes back out of its file, whatever else its graph needs. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet20a_cifar10", "mobilenet_w3d4", "mobilenetv2_w1"})
  void theProgramReadsWhatItWrites(String name) {
    Zoo.Entry entry = Zoo.get(name);
    Weights weights = Initializer.initialize(entry.network(), 1);
    Pretrained written = Pretrained.of(entry, weights, entry.preprocessing(), Map.of());
    Path file = folder.resolve("f32.onnx");
    OnnxExport.write(file, written.network(), written.weights(), Map.of());
    Pretrained read = Pretrained.load(file);
    assertEquals(written.network().name(), read.network().name());
    written
        .weights()
        .entries()
        .forEach((key, w) -> assertArrayEquals(w.values(), read.weights().get(key).values(), key));
  }

  @Test
  void fourBitWeightsTakeHalfAByte() throws Exception {
    var content = QuantizedFixtures.formula(folder.resolve("q"), "resnet18", "w4a4", 1);
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(file, content, false);
    long floats = 0;
    for (var entry : content.weights().entries().values()) {
      floats += 4L * entry.values().length;
    }
    assertTrue(Files.size(file) < 0.14 * floats, Files.size(file) + " of " + floats);
  }
}
