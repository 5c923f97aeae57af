package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.Gemm;
import org.intraq.tensor.kernel.gemm.GemmSimd;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link Conv2d} on the Vector API: which algorithm computes which shape.
 *
 * <ul>
 *   <li>1x1, stride 1, no padding: a matrix product, without copying ({@link GemmSimd})
 *   <li>3x3, stride 1, channels in sixteens: Winograd ({@link WinogradCorrelation}), forward and
 *       backward to the input; there the error bound and the spread of NaN are that class's
 *   <li>backward to an input of few channels: {@link FewChannelsGradient}
 *   <li>all else: implicit matrix product ({@link DirectCorrelation}); the adjoint of a strided
 *       convolution is one dense pass for each stride phase ({@link PhasedAdjoint})
 *   <li>gradients of weights of 3x3, stride 1, channels in sixteens: {@link WinogradWeightGradient}
 *   <li>gradients of weights of 1x1, stride 1: a matrix product of many channels, {@link
 *       PointwiseWeightGradient} of fewer
 *   <li>of strided ones of many channels: the same, tap by tap ({@link StridedWeightGradient})
 *   <li>other gradients of weights: {@link WeightGradient}
 * </ul>
 */
public final class Conv2dSimd implements Conv2d {
  private static final int SLOT_WEIGHTS = 3;

  private final Workers workers;
  private final Gemm gemm;
  private final boolean winograd;

  /** A kernel that shares its work out among {@code workers}. */
  public Conv2dSimd(Workers workers) {
    this(workers, true);
  }

  /** A kernel that may or may not use Winograd's algorithm. */
  public Conv2dSimd(Workers workers, boolean winograd) {
    this.workers = workers;
    this.winograd = winograd;
    this.gemm = new GemmSimd(workers);
  }

  @Override
  public void forward(
      Conv2dShape shape, float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset) {
    if (shape.isPointwise()) {
      int pixels = shape.n() * shape.h() * shape.w();
      gemm.gemm(
          false,
          false,
          pixels,
          shape.oc(),
          shape.ic(),
          1,
          x,
          xOffset,
          shape.ic(),
          w,
          wOffset,
          shape.oc(),
          0,
          y,
          yOffset,
          shape.oc());
      return;
    }
    correlate(CorrelationPass.forward(shape), shape, x, xOffset, w, wOffset, y, yOffset);
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyOffset,
      float[] w,
      int wOffset,
      float[] dx,
      int dxOffset) {
    if (shape.isPointwise()) {
      int pixels = shape.n() * shape.h() * shape.w();
      gemm.gemm(
          false,
          true,
          pixels,
          shape.ic(),
          shape.oc(),
          1,
          dy,
          dyOffset,
          shape.oc(),
          w,
          wOffset,
          shape.oc(),
          0,
          dx,
          dxOffset,
          shape.ic());
      return;
    }
    if (FewChannelsGradient.suits(shape)) {
      float[] packed = Scratch.floats(SLOT_WEIGHTS, FewChannelsGradient.packedSize(shape));
      FewChannelsGradient.pack(workers, shape, w, wOffset, packed);
      FewChannelsGradient.run(workers, shape, InputRows.of(dy, dyOffset), packed, dx, dxOffset);
      return;
    }
    if (PhasedAdjoint.suits(shape)) {
      PhasedAdjoint phases = PhasedAdjoint.of(shape);
      float[] packed = Scratch.floats(SLOT_WEIGHTS, phases.packedSize());
      phases.pack(workers, shape, w, wOffset, packed);
      phases.run(workers, InputRows.of(dy, dyOffset), packed, false, dx, dxOffset);
      return;
    }
    CorrelationPass pass = CorrelationPass.adjoint(shape, 0, 0);
    correlate(pass, shape, dy, dyOffset, w, wOffset, dx, dxOffset);
  }

  /** Whether {@link #forward} takes Winograd's algorithm, whose error has another bound. */
  static boolean forwardByWinograd(Conv2dShape shape) {
    return WinogradCorrelation.suits(CorrelationPass.forward(shape));
  }

  /** Whether {@link #backwardInput} takes Winograd's algorithm. */
  static boolean backwardInputByWinograd(Conv2dShape shape) {
    return shape.strideH() == 1
        && shape.strideW() == 1
        && WinogradCorrelation.suits(CorrelationPass.adjoint(shape, 0, 0));
  }

  /** Whether {@link #backwardWeights} takes Winograd's algorithm. */
  static boolean backwardWeightsByWinograd(Conv2dShape shape) {
    return WinogradWeightGradient.suits(shape);
  }

  private void correlate(
      CorrelationPass pass,
      Conv2dShape shape,
      float[] in,
      int inOffset,
      float[] w,
      int wOffset,
      float[] out,
      int outOffset) {
    float[] packed = Scratch.floats(SLOT_WEIGHTS, PassRunner.weightSize(pass, winograd));
    PassRunner.pack(workers, pass, winograd, shape, w, wOffset, packed);
    PassRunner.run(
        workers,
        pass,
        winograd,
        InputRows.of(in, inOffset),
        packed,
        false,
        out,
        outOffset,
        OutputRows.IGNORE);
  }

  @Override
  public void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset) {
    if (winograd && backwardWeightsByWinograd(shape)) {
      WinogradWeightGradient.run(workers, shape, x, xOffset, dy, dyOffset, beta, dw, dwOffset);
    } else if (StridedWeightGradient.suits(shape)) {
      Conv2dShape tap = StridedWeightGradient.tap(shape);
      for (int i = 0; i < shape.kh() * shape.kw(); i++) {
        float[] read = StridedWeightGradient.read(workers, shape, i, x, xOffset);
        pointwiseWeights(tap, read, 0, dy, dyOffset, beta, dw, dwOffset + i * tap.weightSize());
      }
    } else if (PointwiseWeightGradient.suits(shape)) {
      pointwiseWeights(shape, x, xOffset, dy, dyOffset, beta, dw, dwOffset);
    } else {
      WeightGradient.run(workers, shape, x, xOffset, dy, dyOffset, beta, dw, dwOffset);
    }
  }

  private void pointwiseWeights(
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset) {
    if (PointwiseWeightGradient.isLarge(shape)) {
      int pixels = shape.n() * shape.h() * shape.w();
      int ic = shape.ic();
      int oc = shape.oc();
      gemm.gemm(
          true, false, ic, oc, pixels, 1, x, xOffset, ic, dy, dyOffset, oc, beta, dw, dwOffset, oc);
    } else {
      PointwiseWeightGradient.run(workers, shape, x, xOffset, dy, dyOffset, beta, dw, dwOffset);
    }
  }
}
