package org.intraq.cuda;

import org.intraq.cuda.kernel.batchnorm.AffineReluCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.FusedOps;

/** Normalisation, residual sum and activation in one pass, on a GPU. */
final class CudaFused implements FusedOps {
  private static final String FORWARD = "affineRelu";
  private static final String ADD_FORWARD = "affineAddRelu";
  private static final String BACKWARD = "affineReluBackward";
  private static final String BACKWARD_SUMS = "affineReluBackwardWithSums";

  private final Checks checks;
  private final ChannelChecks channels;
  private final AffineReluCuda kernel;

  CudaFused(CudaContext context) {
    this.checks = context.checks();
    this.channels = new ChannelChecks(checks);
    this.kernel = new AffineReluCuda(context.gpu());
  }

  @Override
  public void affineRelu(Tensor z, Tensor scale, Tensor shift, float cap, Tensor y) {
    forward(FORWARD, z, scale, shift, null, cap, y);
  }

  @Override
  public void affineAddRelu(
      Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y) {
    checks.floats(ADD_FORWARD, "residual", residual);
    forward(ADD_FORWARD, z, scale, shift, residual, cap, y);
  }

  private void forward(
      String op, Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y) {
    CudaElementwise.cap(op, cap);
    long zs = checks.floats(op, "z", z);
    int c = Checks.channels(op, "z", z);
    long ys = channels.like(op, "y", y, "z", z);
    long scales = channels.input(op, "scale", scale, c, "y", y);
    long shifts = channels.input(op, "shift", shift, c, "y", y);
    if (residual != null) {
      channels.like(op, "y", y, "residual", residual);
    }
    kernel.forward(
        Checks.rows(z, c), c, zs, scales, shifts, optional(op, "residual", residual), cap, ys);
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
    String op = BACKWARD;
    int c = checkMask(op, dy, y, cap);
    checkGradient(op, c, dy, y, z, scale, c0, c1, dz);
    checkLike(op, "dResidual", dResidual, dy, y, z, dz);
    kernel.backward(
        Checks.rows(dy, c),
        c,
        checks.floats(op, "dy", dy),
        checks.floats(op, "y", y),
        cap,
        optional(op, "z", z),
        checks.floats(op, "scale", scale),
        optional(op, "c0", c0),
        optional(op, "c1", c1),
        checks.floats(op, "dz", dz),
        optional(op, "dResidual", dResidual));
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
    String op = BACKWARD_SUMS;
    int c = checkMask(op, dy, y, cap);
    checks.floats(op, "z", z);
    Checks.sameShape(op, "z", z, "dy", dy);
    boolean gradient = dz != null;
    if (gradient) {
      checkGradient(op, c, dy, y, z, scale, c0, c1, dz);
    }
    checkLike(op, "dResidual", dResidual, dy, y, z, dz);
    if (center != null) {
      checks.floats(op, "center", center);
      Checks.size(op, "center", center, c);
    }
    // Without dz nothing reads scale, c0 and c1, whatever they are.
    kernel.backwardWithSums(
        Checks.rows(dy, c),
        c,
        checks.floats(op, "dy", dy),
        checks.floats(op, "y", y),
        cap,
        checks.floats(op, "z", z),
        optional(op, "center", center),
        gradient ? checks.floats(op, "scale", scale) : 0,
        gradient ? optional(op, "c0", c0) : 0,
        gradient ? optional(op, "c1", c1) : 0,
        optional(op, "dz", dz),
        optional(op, "dResidual", dResidual),
        channels.output(
            op, "dScale", dScale, c, "dy", dy, y, z, center, scale, c0, c1, dz, dResidual),
        channels.output(
            op, "dShift", dShift, c, "dy", dy, y, z, center, scale, c0, c1, dz, dResidual, dScale));
  }

  /** Checks what makes the masked gradient, and gives the number of channels. */
  private int checkMask(String op, Tensor dy, Tensor y, float cap) {
    CudaElementwise.cap(op, cap);
    checks.floats(op, "dy", dy);
    int c = Checks.channels(op, "dy", dy);
    checks.floats(op, "y", y);
    Checks.sameShape(op, "y", y, "dy", dy);
    return c;
  }

  private void checkGradient(
      String op,
      int c,
      Tensor dy,
      Tensor y,
      Tensor z,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz) {
    channels.like(op, "dz", dz, "dy", dy);
    Checks.apart(op, "dz", dz, "y", y);
    channels.input(op, "scale", scale, c, "dz", dz);
    if ((c0 == null) != (c1 == null)) {
      throw Checks.failure(op, "c0 and c1 both or neither", c0 == null ? "c1 alone" : "c0 alone");
    }
    if (c0 != null) {
      channels.input(op, "c0", c0, c, "dz", dz);
      channels.input(op, "c1", c1, c, "dz", dz);
      checks.floats(op, "z", z);
      Checks.sameShape(op, "z", z, "dy", dy);
      Checks.apart(op, "dz", dz, "z", z);
    }
  }

  private void checkLike(
      String op, String name, Tensor output, Tensor dy, Tensor y, Tensor z, Tensor dz) {
    if (output == null) {
      return;
    }
    channels.like(op, name, output, "dy", dy);
    Checks.apart(op, name, output, "y", y);
    if (z != null) {
      Checks.apart(op, name, output, "z", z);
    }
    if (dz != null) {
      Checks.apart(op, name, output, "dz", dz);
    }
  }

  private long optional(String op, String name, Tensor tensor) {
    return tensor == null ? 0 : checks.floats(op, name, tensor);
  }
}
