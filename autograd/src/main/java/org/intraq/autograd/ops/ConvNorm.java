package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A convolution block in evaluation mode in one pass each way: z = x convolved with w, y = act(z *
 * scale[c] + shift[c] + residual), and on demand the batch moments of z as a second output.
 *
 * <p>Equal to {@link Conv2d}, {@link BatchMoments}, {@link ChannelAffine}, {@link Add} and {@link
 * Relu} one after another. Where neither w nor scale nor shift wants a gradient (a frozen network),
 * the gradient of z is never stored: it is made from that of y while the adjoint convolution reads
 * it. Otherwise it is computed first, for all gradients that need it.
 */
public final class ConvNorm {
  /**
   * What limits y: min(max(., floor), cap).
   *
   * @param floor 0, or -infinity together with an infinite cap where nothing is rectified
   */
  public record Rectifier(float floor, float cap) {
    /** No rectifier. */
    public static final Rectifier NONE =
        new Rectifier(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    /** ReLU with an infinite cap, ReLU6 with 6. */
    public static Rectifier of(float cap) {
      return new Rectifier(0f, cap);
    }
  }

  /**
   * What the block reads.
   *
   * @param frozen how the backend is to take {@code w}, such as laid out once; null for plainly
   * @param residual null without one
   */
  public record Inputs(
      Variable x,
      Variable w,
      ConvolutionWeights frozen,
      Variable scale,
      Variable shift,
      Variable residual) {
    /** The weights as the backend is to take them. */
    ConvolutionWeights laidOut() {
      return frozen != null ? frozen : ConvolutionWeights.of(w.value());
    }

    /** All variables that there are. */
    Variable[] variables() {
      return residual == null
          ? new Variable[] {x, w, scale, shift}
          : new Variable[] {x, w, scale, shift, residual};
    }
  }

  /**
   * The outputs.
   *
   * @param moments [2, C], mean and biased variance of z; null if they were not asked for
   */
  public record Result(Variable y, Variable moments) {}

  private final Tape tape;
  private final Conv2dShape shape;
  private final Inputs in;
  private final ConvolutionWeights weights;
  private final Rectifier rectifier;
  private final boolean trains;
  private Tensor z;
  private MomentTerms terms = MomentTerms.NONE;

  private ConvNorm(Tape tape, Conv2dShape shape, Inputs in, Rectifier rectifier) {
    this.tape = tape;
    this.shape = shape;
    this.in = in;
    this.weights = in.laidOut();
    this.rectifier = rectifier;
    this.trains = in.w.requiresGrad() || in.scale.requiresGrad() || in.shift.requiresGrad();
  }

  /** Applies the operation; the batch size is that of x. */
  public static Result apply(
      Tape tape, Conv2dShape geometry, Inputs in, Rectifier rectifier, boolean wantMoments) {
    Conv2dShape shape = geometry.withBatch(in.x.value().extent(0));
    return new ConvNorm(tape, shape, in, rectifier).apply(wantMoments);
  }

  private Result apply(boolean wantMoments) {
    Tensor y = tape.empty(shape.n(), shape.outH(), shape.outW(), shape.oc());
    Tensor moments = wantMoments ? tape.empty(2, shape.oc()) : null;
    z = tape.isRecording() && (trains || wantMoments) ? tape.empty(y.shape()) : null;
    // Where z is not kept it takes y's place, and must not meet the residual there.
    tape.backend()
        .fusedConvolution()
        .forward(
            shape,
            in.x.value(),
            weights,
            in.scale.value(),
            in.shift.value(),
            in.residual == null ? null : in.residual.value(),
            rectifier.floor,
            rectifier.cap,
            z,
            y,
            wantMoments ? Rows.of(moments, 0) : null,
            wantMoments ? Rows.of(moments, 1) : null);
    Variable out = tape.record("convNorm", y, dy -> backward(y, dy), in.variables());
    if (!out.requiresGrad() && z != null) {
      tape.scope().release(z);
    }
    return new Result(out, wantMoments ? moments(out, moments) : null);
  }

  /** Recorded after y, so that its gradient is known when y is undone. */
  private Variable moments(Variable out, Tensor moments) {
    return tape.record(
        "moments",
        moments,
        dy -> {
          terms = MomentTerms.of(tape, moments, dy, z.size() / shape.oc());
          if (!out.hasGrad()) {
            tape.accumulate(out, tape.scope().zeros(out.shape()));
          }
        },
        in.x,
        in.w);
  }

  private void backward(Tensor y, Tensor dy) {
    if (trains || !in.x.requiresGrad()) {
      separately(y, dy);
    } else {
      fused(y, dy);
    }
    if (z != null) {
      tape.scope().release(z);
    }
  }

  private void fused(Tensor y, Tensor dy) {
    boolean residual = in.residual != null && in.residual.requiresGrad();
    Tensor dResidual = residual ? tape.inPlace(dy) : null;
    Tensor sum = tape.addable(in.x);
    Tensor dx = sum != null ? sum : tape.empty(in.x.shape());
    boolean rectified = rectifier.floor == 0;
    tape.backend()
        .fusedConvolution()
        .backwardInput(
            shape,
            dy,
            weights,
            rectified ? y : null,
            rectifier.cap,
            in.scale.value(),
            in.residual == null && terms.c0() != null ? in.shift.value() : null,
            terms.c0() == null ? null : z,
            terms.c0(),
            terms.c1(),
            dResidual,
            sum != null,
            dx);
    if (residual) {
      tape.accumulate(in.residual, dResidual);
    }
    if (sum == null) {
      tape.accumulate(in.x, dx);
    }
  }

  private void separately(Tensor y, Tensor dy) {
    boolean residual = in.residual != null && in.residual.requiresGrad();
    Tensor dResidual = residual ? tape.empty(dy.shape()) : null;
    Tensor dz = tape.empty(dy.shape());
    if (rectifier.floor == 0) {
      rectifiedGradient(y, dy, dz, dResidual);
    } else {
      plainGradient(dy, dz, dResidual);
    }
    if (residual) {
      tape.accumulate(in.residual, dResidual);
    }
    if (in.x.requiresGrad()) {
      inputGradient(dz);
    }
    if (in.w.requiresGrad()) {
      Tensor dw = tape.empty(in.w.shape());
      tape.backend().convolution().backwardWeights(shape, in.x.value(), dz, 0f, dw);
      tape.accumulate(in.w, dw);
    }
    tape.scope().release(dz);
  }

  private void inputGradient(Tensor dz) {
    Tensor sum = tape.addable(in.x);
    Tensor dx = sum != null ? sum : tape.empty(in.x.shape());
    var w = ConvolutionWeights.of(in.w.value());
    float none = Float.POSITIVE_INFINITY;
    tape.backend()
        .fusedConvolution()
        .backwardInput(
            shape, dz, w, null, none, null, null, null, null, null, null, sum != null, dx);
    if (sum == null) {
      tape.accumulate(in.x, dx);
    }
  }

  private void rectifiedGradient(Tensor y, Tensor dy, Tensor dz, Tensor dResidual) {
    var fused = tape.backend().fused();
    Tensor scale = in.scale.value();
    if (!in.scale.requiresGrad() && !in.shift.requiresGrad()) {
      Tensor read = terms.c0() == null ? null : z;
      fused.affineReluBackward(
          dy, y, rectifier.cap, read, scale, terms.c0(), terms.c1(), dz, dResidual);
      return;
    }
    Tensor dScale = tape.empty(in.scale.shape());
    Tensor dShift = tape.empty(in.shift.shape());
    fused.affineReluBackwardWithSums(
        dy,
        y,
        rectifier.cap,
        z,
        null,
        scale,
        terms.c0(),
        terms.c1(),
        dz,
        dResidual,
        dScale,
        dShift);
    tape.accumulate(in.scale, dScale);
    tape.accumulate(in.shift, dShift);
  }

  private void plainGradient(Tensor dy, Tensor dz, Tensor dResidual) {
    var normalization = tape.backend().normalization();
    normalization.channelScale(dy, in.scale.value(), dz);
    if (terms.c0() != null) {
      Tensor moved = tape.empty(dy.shape());
      normalization.channelAffine(z, terms.c1(), terms.c0(), moved);
      tape.backend().elementwise().linear(1f, dz, 1f, moved, dz);
      tape.scope().release(moved);
    }
    if (in.scale.requiresGrad() || in.shift.requiresGrad()) {
      Tensor dScale = tape.empty(in.scale.shape());
      Tensor dShift = tape.empty(in.shift.shape());
      normalization.channelAffineParameterGradients(z, dy, dScale, dShift);
      tape.accumulate(in.scale, dScale);
      tape.accumulate(in.shift, dShift);
    }
    if (dResidual != null) {
      tape.backend().memory().copy(dy, dResidual);
    }
  }
}
