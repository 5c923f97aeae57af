package org.intraq.cuda.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.driver.JcudaDriver;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.kernel.depthwise.DepthwiseCuda;
import org.intraq.cuda.kernel.gemm.GemmCuda;
import org.intraq.cuda.kernel.lowbit.LowBitCuda;
import org.intraq.cuda.kernel.lowbit.LowBitLayer;
import org.intraq.cuda.kernel.lowbit.LowBitStage;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Device;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;

/**
 * Measures the kernels on GPU 0 and writes Markdown tables: {@code mvn -Pgpu-tables -pl cuda -am
 * -DskipTests process-test-classes}. Operands are random; every figure is the median of seven
 * batches.
 */
public final class GpuTables {
  /** A shape of a network and how often its layer stands there. */
  private record Layer(String name, Conv2dShape shape) {}

  private final CudaBackend backend;
  private final Gpu gpu;
  private final GpuTimer timer;
  private final boolean smoke;
  private final StringBuilder out = new StringBuilder();
  private double copy;

  GpuTables(CudaBackend backend, boolean smoke) {
    this.backend = backend;
    this.gpu = backend.gpu();
    this.timer = new GpuTimer(gpu, smoke ? 0 : 20);
    this.smoke = smoke;
  }

  /**
   * Writes the tables to the file {@code arguments[0]}: those that the other arguments name (copy,
   * gemm, conv, depthwise, norm, lowbit, integer, synthesis, profile), all without any.
   */
  public static void main(String[] arguments) throws IOException {
    List<String> names = List.of(arguments).subList(1, arguments.length);
    try (CudaBackend backend = new CudaBackend(new Device("cuda", 0), new JcudaDriver(0))) {
      String text = new GpuTables(backend, false).run(names);
      Path target = Path.of(arguments[0]).toAbsolutePath();
      Path fresh = Files.createTempFile(target.getParent(), "tables", ".md");
      Files.writeString(fresh, text);
      Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  String run(List<String> names) {
    Map<String, Runnable> tables = new LinkedHashMap<>();
    tables.put("copy", this::copies);
    tables.put("gemm", this::gemm);
    tables.put("conv", this::convolutions);
    tables.put("depthwise", this::depthwise);
    tables.put(
        "norm", () -> new NormTable(backend, timer, smoke, this::copyRate).print(this::line));
    tables.put("lowbit", this::lowBit);
    tables.put("integer", () -> new IntegerTable(backend, timer, smoke).print(this::line));
    tables.put("synthesis", () -> new SynthesisTable(backend, timer, smoke).print(this::line));
    tables.put("profile", () -> new SynthesisTable(backend, timer, smoke).printProfile(this::line));
    if (!tables.keySet().containsAll(names)) {
      throw new IllegalArgumentException("expected names of " + tables.keySet() + ", got " + names);
    }
    line("# " + backend.describe());
    tables.forEach(
        (name, table) -> {
          if (names.isEmpty() || names.contains(name)) {
            table.run();
          }
        });
    return out.toString();
  }

  /** GB/s of the largest copy, which shares refer to; measured once, when a table asks. */
  private double copyRate() {
    if (copy == 0) {
      copy = copyRate(smoke ? 1000 : 1 << 28);
    }
    return copy;
  }

  /** GB/s, read and written, of a copy of n floats. */
  private double copyRate(int n) {
    try (Scope scope = new Scope(backend, "copy")) {
      long from = address(random(scope, n));
      long to = address(scope.f32(n));
      double time =
          timer.microseconds(() -> gpu.driver().copyOnDevice(to, from, 4L * n, gpu.stream()));
      return 8.0 * n / time / 1000;
    }
  }

  private void copies() {
    line("\nCopy on the device: %.0f GB/s (read and written)", copyRate());
    line("\n| Copy, MB read and written | of the largest |\n|---|---|");
    for (int megabytes : smoke ? new int[] {1} : new int[] {4, 16, 64, 154, 308, 822}) {
      line("| %d | %.0f %% |", megabytes, share(copyRate(megabytes * 125_000)));
    }
  }

  private void gemm() {
    line("\n| GEMM n x n x n | f32 TFLOP/s | TF32 | bf16 |\n|---|---|---|---|");
    for (int n : smoke ? new int[] {20} : new int[] {512, 1024, 2048, 4096, 8192}) {
      StringBuilder row = new StringBuilder("| " + n);
      try (Scope scope = new Scope(backend, "gemm")) {
        long a = address(random(scope, n * n));
        long b = address(random(scope, n * n));
        long c = address(scope.f32(n * n));
        for (MathMode mode : MathMode.values()) {
          GemmCuda kernel = new GemmCuda(gpu, mode);
          double time = timer.microseconds(() -> kernel.gemm(false, false, n, n, n, 1, a, b, 0, c));
          row.append(number(" | %.1f", 2.0 * n * n * n / time / 1e6));
        }
      }
      line(row + " |");
    }
  }

  private void convolutions() {
    line("\n| Convolution | mode | forward TFLOP/s | input | weights |\n|---|---|---|---|---|");
    Layer[] layers = {
      new Layer("ResNet-20 32x32x16", Conv2dShape.of(256, 32, 32, 16, 16, 3, 1, 1)),
      new Layer("ResNet-20 16x16x32", Conv2dShape.of(256, 16, 16, 32, 32, 3, 1, 1)),
      new Layer("ResNet-20 8x8x64", Conv2dShape.of(256, 8, 8, 64, 64, 3, 1, 1)),
      new Layer("ResNet-18 stem", Conv2dShape.of(256, 224, 224, 3, 64, 7, 2, 3)),
      new Layer("ResNet-18 56x56x64", Conv2dShape.of(256, 56, 56, 64, 64, 3, 1, 1)),
      new Layer("ResNet-18 28x28x128", Conv2dShape.of(256, 28, 28, 128, 128, 3, 1, 1)),
      new Layer("ResNet-18 stride 2", Conv2dShape.of(256, 28, 28, 128, 256, 3, 2, 1)),
      new Layer("ResNet-18 7x7x512", Conv2dShape.of(256, 7, 7, 512, 512, 3, 1, 1)),
      new Layer("MobileNetV2 1x1", Conv2dShape.of(256, 28, 28, 32, 192, 1, 1, 0)),
      new Layer("MobileNetV2 1x1", Conv2dShape.of(256, 14, 14, 384, 64, 1, 1, 0))
    };
    for (Layer layer : layers) {
      Conv2dShape s = smoke ? Conv2dShape.of(1, 4, 4, 4, 4, 3, 1, 1) : layer.shape;
      try (Scope scope = new Scope(backend, "conv")) {
        long x = address(random(scope, s.inputSize()));
        long w = address(random(scope, s.weightSize()));
        long y = address(random(scope, s.outputSize()));
        long dx = address(scope.f32(s.inputSize()));
        long dw = address(scope.f32(s.weightSize()));
        for (MathMode mode : MathMode.values()) {
          Conv2dCuda kernel = new Conv2dCuda(gpu, mode);
          double work = 2.0 * s.multiplyAdds() / 1e6;
          line(
              "| %s | %s | %.1f | %.1f | %.1f |",
              layer.name,
              mode.prefix(),
              work / timer.microseconds(() -> kernel.forward(s, x, w, y)),
              work / timer.microseconds(() -> kernel.backwardInput(s, y, w, dx)),
              work / timer.microseconds(() -> kernel.backwardWeights(s, x, y, 0, dw)));
        }
      }
    }
  }

  private void depthwise() {
    line(
        "\n| Depthwise 3x3, batch 256 | forward, of copy | input | weights | forward us | input | weights |\n|---|---|---|---|---|---|---|");
    int[][] layers = {{112, 32, 1}, {112, 96, 2}, {56, 144, 1}, {28, 192, 1}, {14, 384, 1}};
    for (int[] layer : layers) {
      Conv2dShape s =
          smoke
              ? Conv2dShape.depthwise(1, 4, 4, 4, 3, layer[2], 1)
              : Conv2dShape.depthwise(256, layer[0], layer[0], layer[1], 3, layer[2], 1);
      DepthwiseCuda kernel = new DepthwiseCuda(gpu);
      try (Scope scope = new Scope(backend, "depthwise")) {
        long x = address(random(scope, s.inputSize()));
        long w = address(random(scope, s.weightSize()));
        long y = address(random(scope, s.outputSize()));
        long dx = address(scope.f32(s.inputSize()));
        long dw = address(scope.f32(s.weightSize()));
        double bytes = 4.0 * (s.inputSize() + s.outputSize()) / 1000;
        double forward = timer.microseconds(() -> kernel.forward(s, x, w, y));
        double input = timer.microseconds(() -> kernel.backwardInput(s, y, w, dx));
        double weights = timer.microseconds(() -> kernel.backwardWeights(s, x, y, 0, dw));
        line(
            "| %dx%dx%d stride %d | %.0f %% | %.0f %% | %.0f %% | %.0f | %.0f | %.0f |",
            layer[0],
            layer[0],
            layer[1],
            layer[2],
            share(bytes / forward),
            share(bytes / input),
            share(bytes / weights),
            forward,
            input,
            weights);
      }
    }
  }

  private void lowBit() {
    line("\n| Low-bit convolution | codes | TOP/s | of bf16's speed |\n|---|---|---|---|");
    for (int[] layer : new int[][] {{56, 64}, {28, 128}, {14, 256}, {7, 512}}) {
      Conv2dShape s =
          smoke
              ? Conv2dShape.of(1, 3, 3, 32, 8, 3, 1, 1)
              : Conv2dShape.of(256, layer[0], layer[0], layer[1], layer[1], 3, 1, 1);
      try (Scope scope = new Scope(backend, "lowbit")) {
        long x = address(random(scope, s.inputSize()));
        long w = address(random(scope, s.weightSize()));
        long y = address(scope.f32(s.outputSize()));
        Conv2dCuda half = new Conv2dCuda(gpu, MathMode.BF16);
        double reference = timer.microseconds(() -> half.forward(s, x, w, y));
        for (int bits : new int[] {2, 4, 8}) {
          double time = lowBitTime(s, bits, x, y);
          line(
              "| %dx%dx%d | U%dS%d | %.0f | %.2f |",
              layer[0],
              layer[0],
              layer[1],
              bits,
              bits,
              2.0 * s.multiplyAdds() / time / 1e6,
              reference / time);
        }
      }
    }
  }

  /** The bits of floats serve as codes. */
  private double lowBitTime(Conv2dShape s, int bits, long x, long y) {
    float[] ones = new float[s.oc()];
    java.util.Arrays.fill(ones, 1e-3f);
    LowBitStage stage = new LowBitStage(1, new int[s.oc()], ones, ones, 6, null);
    byte[] codes = new byte[s.weightSize()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i % 3 - 1);
    }
    LowBitCuda kernel = new LowBitCuda(gpu);
    try (LowBitLayer layer = new LowBitLayer(gpu, s, new CodeBits(bits, bits), codes, stage)) {
      LowBitCuda.Activations activations = new LowBitCuda.Activations(x, bits < 8);
      double time =
          timer.microseconds(() -> kernel.run(layer, s, activations, LowBitCuda.Added.none(), y));
      gpu.synchronize();
      return time;
    }
  }

  private double share(double gigabytes) {
    return 100 * gigabytes / copyRate();
  }

  private Tensor random(Scope scope, int n) {
    Tensor tensor = scope.f32(n);
    backend.random().normal(1, 0, 0, 1, tensor);
    return tensor;
  }

  private long address(Tensor tensor) {
    return backend.address(tensor);
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private void line(String format, Object... values) {
    String text = values.length == 0 ? format : number(format, values);
    out.append(text).append('\n');
    System.out.println(text);
  }
}
