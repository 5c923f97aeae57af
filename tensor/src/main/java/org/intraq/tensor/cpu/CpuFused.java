package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.FusedOps;
import org.intraq.tensor.kernel.batchnorm.AffineRelu;
import org.intraq.tensor.parallel.Workers;

/** Normalisation, residual sum and activation in one pass, on the CPU. */
final class CpuFused implements FusedOps {
  private static final String FORWARD = "affineRelu";
  private static final String ADD_FORWARD = "affineAddRelu";
  private static final String BACKWARD = "affineReluBackward";
  private static final String BACKWARD_SUMS = "affineReluBackwardWithSums";

  private final AffineRelu kernel;

  CpuFused(Workers workers) {
    this.kernel = Kernels.affineRelu(workers);
  }

  @Override
  public void affineRelu(Tensor z, Tensor scale, Tensor shift, float cap, Tensor y) {
    forward(FORWARD, z, scale, shift, null, cap, y);
  }

  @Override
  public void affineAddRelu(
      Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y) {
    Checks.floats(ADD_FORWARD, "residual", residual);
    forward(ADD_FORWARD, z, scale, shift, residual, cap, y);
  }

  private void forward(
      String op, Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y) {
    CpuElementwise.cap(op, cap);
    float[] zs = Checks.floats(op, "z", z);
    int c = Checks.channels(op, "z", z);
    float[] ys = ChannelChecks.like(op, "y", y, "z", z);
    float[] scales = ChannelChecks.input(op, "scale", scale, c, "y", y);
    float[] shifts = ChannelChecks.input(op, "shift", shift, c, "y", y);
    if (residual != null) {
      ChannelChecks.like(op, "y", y, "residual", residual);
    }
    kernel.forward(
        ChannelChecks.rows(z, c),
        c,
        zs,
        z.offset(),
        scales,
        scale.offset(),
        shifts,
        shift.offset(),
        array(residual),
        at(residual),
        cap,
        ys,
        y.offset());
  }

  @Override
  public void affineReluBackward(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual) {
    int c = checkMask(BACKWARD, dy, y, cap);
    checkGradient(BACKWARD, c, dy, y, z, scale, c0, c1, dz);
    checkLike(BACKWARD, "dResidual", dResidual, dy, y, z, dz);
    kernel.backward(
        ChannelChecks.rows(dy, c),
        c,
        dy.floats(),
        dy.offset(),
        y.floats(),
        y.offset(),
        cap,
        array(z),
        at(z),
        array(scale),
        at(scale),
        array(c0),
        at(c0),
        array(c1),
        at(c1),
        dz.floats(),
        dz.offset(),
        array(dResidual),
        at(dResidual));
  }

  @Override
  public void affineReluBackwardWithSums(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor center,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual,
      Tensor dScale,
      Tensor dShift) {
    int c = checkMask(BACKWARD_SUMS, dy, y, cap);
    Checks.floats(BACKWARD_SUMS, "z", z);
    Checks.sameShape(BACKWARD_SUMS, "z", z, "dy", dy);
    if (dz != null) {
      checkGradient(BACKWARD_SUMS, c, dy, y, z, scale, c0, c1, dz);
    }
    checkLike(BACKWARD_SUMS, "dResidual", dResidual, dy, y, z, dz);
    checkSum(BACKWARD_SUMS, "dScale", dScale, c, dy, y, z, center, scale, c0, c1, dz, dResidual);
    checkSum(
        BACKWARD_SUMS, "dShift", dShift, c, dy, y, z, center, scale, c0, c1, dz, dResidual, dScale);
    if (center != null) {
      Checks.floats(BACKWARD_SUMS, "center", center);
      Checks.size(BACKWARD_SUMS, "center", center, c);
    }
    kernel.backwardWithSums(
        ChannelChecks.rows(dy, c),
        c,
        dy.floats(),
        dy.offset(),
        y.floats(),
        y.offset(),
        cap,
        array(z),
        at(z),
        array(center),
        at(center),
        array(scale),
        at(scale),
        array(c0),
        at(c0),
        array(c1),
        at(c1),
        array(dz),
        at(dz),
        array(dResidual),
        at(dResidual),
        dScale.floats(),
        dScale.offset(),
        dShift.floats(),
        dShift.offset());
  }

  /** Checks what makes the masked gradient, and gives the number of channels. */
  private static int checkMask(String op, Tensor dy, Tensor y, float cap) {
    CpuElementwise.cap(op, cap);
    Checks.floats(op, "dy", dy);
    int c = Checks.channels(op, "dy", dy);
    Checks.floats(op, "y", y);
    Checks.sameShape(op, "y", y, "dy", dy);
    return c;
  }

  private static void checkGradient(
      String op,
      int c,
      Tensor dy,
      Tensor y,
      Tensor z,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz) {
    ChannelChecks.like(op, "dz", dz, "dy", dy);
    Checks.apart(op, "dz", dz, "y", y);
    ChannelChecks.input(op, "scale", scale, c, "dz", dz);
    if ((c0 == null) != (c1 == null)) {
      throw Checks.failure(op, "c0 and c1 both or neither", c0 == null ? "c1 alone" : "c0 alone");
    }
    if (c0 != null) {
      ChannelChecks.input(op, "c0", c0, c, "dz", dz);
      ChannelChecks.input(op, "c1", c1, c, "dz", dz);
      Checks.floats(op, "z", z);
      Checks.sameShape(op, "z", z, "dy", dy);
      Checks.apart(op, "dz", dz, "z", z);
    }
  }

  private static void checkLike(
      String op, String name, Tensor output, Tensor dy, Tensor y, Tensor z, Tensor dz) {
    if (output == null) {
      return;
    }
    ChannelChecks.like(op, name, output, "dy", dy);
    Checks.apart(op, name, output, "y", y);
    if (z != null) {
      Checks.apart(op, name, output, "z", z);
    }
    if (dz != null) {
      Checks.apart(op, name, output, "dz", dz);
    }
  }

  private static void checkSum(String op, String name, Tensor sum, int c, Tensor... others) {
    Checks.floats(op, name, sum);
    Checks.size(op, name, sum, c);
    for (Tensor other : others) {
      if (other != null) {
        Checks.apart(op, name, sum, "another argument", other);
      }
    }
  }

  private static float[] array(Tensor tensor) {
    return tensor == null ? null : tensor.floats();
  }

  private static int at(Tensor tensor) {
    return tensor == null ? 0 : tensor.offset();
  }
}
