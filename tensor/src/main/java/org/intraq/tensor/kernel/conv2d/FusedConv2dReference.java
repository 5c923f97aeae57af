package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.batchnorm.AffineReluReference;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsReference;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeReference;

/** The definition of {@link FusedConv2d}: the separate kernels' references, one after another. */
public final class FusedConv2dReference implements FusedConv2d {
  private final Conv2d convolution = new Conv2dReference();

  @Override
  public PackedWeights packForward(Conv2dShape shape, float[] w, int wAt) {
    return new PackedWeights(shape, false, copy(shape, w, wAt));
  }

  @Override
  public PackedWeights packBackwardInput(Conv2dShape shape, float[] w, int wAt) {
    return new PackedWeights(shape, true, copy(shape, w, wAt));
  }

  private static float[][] copy(Conv2dShape shape, float[] w, int wAt) {
    return new float[][] {Arrays.copyOfRange(w, wAt, wAt + shape.weightSize())};
  }

  @Override
  public void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      PackedWeights weights,
      ConvEpilogue e,
      float[] z,
      int zAt) {
    float[] w = weights.panels("conv2d.forward", shape, false)[0];
    convolution.forward(shape, x, xAt, w, 0, z, zAt);
    int pixels = shape.n() * shape.outH() * shape.outW();
    if (e != null && e.mean() != null) {
      new BatchMomentsReference()
          .moments(pixels, shape.oc(), z, zAt, e.mean(), e.meanAt(), e.variance(), e.varianceAt());
    }
    if (e != null && e.quantized() != null) {
      new RectifiedQuantizeReference()
          .forward(
              pixels,
              shape.oc(),
              z,
              zAt,
              e.scale(),
              e.scaleAt(),
              e.shift(),
              e.shiftAt(),
              e.residual(),
              e.residualAt(),
              e.cap(),
              e.quantized(),
              e.y(),
              e.yAt());
    } else if (e != null && e.scale() != null) {
      new AffineReluReference()
          .forward(
              pixels,
              shape.oc(),
              z,
              zAt,
              e.scale(),
              e.scaleAt(),
              e.shift(),
              e.shiftAt(),
              e.residual(),
              e.residualAt(),
              e.floor(),
              e.cap(),
              e.y(),
              e.yAt());
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      PackedWeights weights,
      ConvPrologue p,
      boolean add,
      float[] dx,
      int dxAt) {
    if (add) {
      float[] terms = new float[shape.inputSize()];
      backwardInput(shape, dy, dyAt, weights, p, false, terms, 0);
      for (int i = 0; i < terms.length; i++) {
        dx[dxAt + i] += terms[i];
      }
      return;
    }
    float[] w = weights.panels("conv2d.backwardInput", shape, true)[0];
    if (p == null) {
      convolution.backwardInput(shape, dy, dyAt, w, 0, dx, dxAt);
      return;
    }
    float[] dz = new float[shape.outputSize()];
    float[] y = p.shift() == null ? p.y() : activation(shape, p);
    new AffineReluReference()
        .backward(
            shape.n() * shape.outH() * shape.outW(),
            shape.oc(),
            dy,
            dyAt,
            y,
            p.shift() == null ? p.yAt() : 0,
            p.cap(),
            p.z(),
            p.zAt(),
            p.scale(),
            p.scaleAt(),
            p.c0(),
            p.c0At(),
            p.c1(),
            p.c1At(),
            dz,
            0,
            p.dResidual(),
            p.dResidualAt());
    convolution.backwardInput(shape, dz, 0, w, 0, dx, dxAt);
  }

  @Override
  public boolean givesWeightGradient(Conv2dShape shape) {
    return true;
  }

  @Override
  public void gatedBackwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      ConvGate gate,
      boolean add,
      float[] dx,
      int dxAt,
      ConvWeightGradient weights) {
    new RectifiedQuantizeReference()
        .backward(
            shape.n() * shape.outH() * shape.outW(),
            shape.oc(),
            dy,
            dyAt,
            gate.open(),
            gate.openAt(),
            gate.g(),
            gate.gAt(),
            gate.sums(),
            gate.sumsAt());
    backwardInput(shape, gate.g(), gate.gAt(), w, wAt, null, add, dx, dxAt);
    if (weights != null) {
      convolution.backwardWeights(
          shape,
          weights.x(),
          weights.xAt(),
          gate.g(),
          gate.gAt(),
          0f,
          weights.dw(),
          weights.dwAt());
    }
  }

  private static float[] activation(Conv2dShape shape, ConvPrologue p) {
    float[] y = new float[shape.outputSize()];
    new AffineReluReference()
        .forward(
            shape.n() * shape.outH() * shape.outW(),
            shape.oc(),
            p.z(),
            p.zAt(),
            p.scale(),
            p.scaleAt(),
            p.shift(),
            p.shiftAt(),
            null,
            0,
            0f,
            p.cap(),
            y,
            0);
    return y;
  }
}
