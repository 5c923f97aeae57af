package org.intraq.cuda.bench;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.intraq.cuda.CudaBackend;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.FusedOps;
import org.intraq.tensor.backend.NormalizationOps;
import org.intraq.tensor.backend.Scope;

/**
 * Times BatchNorm's passes over [rows, C], as shares of the copy bandwidth by the fewest bytes that
 * a pass must move: every tensor once.
 */
final class NormTable {
  private static final float CAP = 6;
  private static final float STABILITY = 1e-5f;

  /** ResNet-20, ResNet-18 and MobileNetV2 at batch 256. */
  private static final int[][] SHAPES = {
    {262144, 16},
    {65536, 32},
    {16384, 64},
    {3211264, 64},
    {802816, 64},
    {200704, 128},
    {50176, 256},
    {12544, 512},
    {3211264, 96},
    {802816, 144}
  };

  private final CudaBackend backend;
  private final GpuTimer timer;
  private final boolean smoke;
  private final DoubleSupplier copyRate;

  /** {@code copyRate} gives GB/s, read and written. */
  NormTable(CudaBackend backend, GpuTimer timer, boolean smoke, DoubleSupplier copyRate) {
    this.backend = backend;
    this.timer = timer;
    this.smoke = smoke;
    this.copyRate = copyRate;
  }

  /** Measures, and hands over the lines of the table, in Markdown. */
  void print(Consumer<String> line) {
    line.accept(
        "\n| BatchNorm: of copy, us | moments | affine + ReLU | + residual | backward"
            + " | with sums | train | train backward |\n|---|---|---|---|---|---|---|---|");
    for (int[] shape : smoke ? new int[][] {{10, 4}} : SHAPES) {
      try (Scope scope = new Scope(backend, "norm")) {
        line.accept(row(scope, shape[0], shape[1]));
      }
    }
  }

  private String row(Scope scope, int m, int c) {
    Tensor x = random(scope, m * c).reshape(m, c);
    Tensor y = random(scope, m * c).reshape(m, c);
    Tensor dy = random(scope, m * c).reshape(m, c);
    Tensor out = scope.f32(m * c).reshape(m, c);
    Tensor scale = random(scope, c);
    Tensor shift = random(scope, c);
    Tensor c0 = random(scope, c);
    Tensor c1 = random(scope, c);
    Tensor mean = scope.f32(c);
    Tensor variance = scope.f32(c);
    Tensor one = scope.f32(c);
    Tensor two = scope.f32(c);
    NormalizationOps norm = backend.normalization();
    FusedOps fused = backend.fused();
    double tensor = 4.0 * m * c;
    return "| "
        + m
        + " x "
        + c
        + cell(tensor, () -> norm.batchMoments(x, mean, variance))
        + cell(2 * tensor, () -> fused.affineRelu(x, scale, shift, CAP, out))
        + cell(3 * tensor, () -> fused.affineAddRelu(x, scale, shift, dy, CAP, out))
        + cell(4 * tensor, () -> fused.affineReluBackward(dy, y, CAP, x, scale, c0, c1, out, null))
        + cell(
            4 * tensor,
            () ->
                fused.affineReluBackwardWithSums(
                    dy, y, CAP, x, mean, scale, c0, c1, out, null, one, two))
        + cell(3 * tensor, () -> norm.train(x, scale, shift, STABILITY, out, mean, variance))
        + cell(
            5 * tensor,
            () -> norm.trainBackward(x, scale, mean, variance, STABILITY, dy, out, one, two))
        + " |";
  }

  private String cell(double bytes, Runnable work) {
    double time = timer.replayed(work);
    double share = 100 * bytes / time / 1000 / copyRate.getAsDouble();
    return String.format(Locale.ROOT, " | %.0f %%, %.1f", share, time);
  }

  private Tensor random(Scope scope, int n) {
    Tensor tensor = scope.f32(n);
    backend.random().normal(1, 0, 0, 1, tensor);
    return tensor;
  }
}
