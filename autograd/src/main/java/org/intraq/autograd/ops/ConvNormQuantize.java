package org.intraq.autograd.ops;

import java.util.Arrays;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.QuantizedConvolutionOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A convolution block in evaluation mode with its activation's quantizer, in one pass each way: y =
 * fq(min(max(z * scale[c] + shift[c] + residual, 0), cap)), z = x convolved with w.
 *
 * <p>Equal to {@link ConvNorm} and {@link FakeQuantize} one after the other, but keeps neither z
 * nor the activation: where the gradient passes is a bit an element, and
 *
 * <pre>
 * g = dy where open              dResidual = g        dShift = sum of g
 * dw' = adjoint of x and g       dw = dw' * scale     dScale = sum of g * z = sum of w * dw'
 * </pre>
 *
 * <p>Only for backends that have {@link QuantizedConvolutionOps}.
 */
public final class ConvNormQuantize {
  private final Tape tape;
  private final QuantizedConvolutionOps ops;
  private final Conv2dShape shape;
  private final ConvNorm.Inputs in;

  private ConvNormQuantize(Tape tape, Conv2dShape shape, ConvNorm.Inputs in) {
    this.tape = tape;
    this.ops = tape.backend().quantizedConvolution().orElseThrow();
    this.shape = shape;
    this.in = in;
  }

  /** Applies the operation; the batch size is that of x. */
  public static Variable apply(
      Tape tape,
      Conv2dShape geometry,
      ConvNorm.Inputs in,
      float cap,
      QuantizedConvolutionOps.Quantizer quantizer) {
    Conv2dShape shape = geometry.withBatch(in.x().value().extent(0));
    return new ConvNormQuantize(tape, shape, in).apply(cap, quantizer);
  }

  private Variable apply(float cap, QuantizedConvolutionOps.Quantizer quantizer) {
    Tensor y = tape.empty(shape.n(), shape.outH(), shape.outW(), shape.oc());
    boolean recorded =
        tape.isRecording() && Arrays.stream(in.variables()).anyMatch(Variable::requiresGrad);
    Tensor open = recorded ? tape.empty(DType.S32, ops.words(y.size())) : null;
    ops.forward(
        shape,
        in.x().value(),
        in.laidOut(),
        in.scale().value(),
        in.shift().value(),
        in.residual() == null ? null : in.residual().value(),
        cap,
        quantizer,
        open,
        y);
    return tape.record("convNormQuantize", y, dy -> backward(dy, open), in.variables());
  }

  private void backward(Tensor dy, Tensor open) {
    Tensor g = tape.inPlace(dy);
    Tensor dShift = tape.empty(in.shift().shape());
    Tensor sum = tape.addable(in.x());
    boolean weights = in.w().requiresGrad() || in.scale().requiresGrad();
    Tensor dw = weights ? tape.empty(in.w().shape()) : null;
    Tensor dx = null;
    if (in.x().requiresGrad()) {
      dx = sum != null ? sum : tape.empty(in.x().shape());
      Tensor scaled = tape.empty(in.w().shape());
      tape.backend().normalization().channelScale(in.w().value(), in.scale().value(), scaled);
      Tensor x = weights ? in.x().value() : null;
      ops.backwardInput(shape, dy, open, scaled, g, dShift, sum != null, dx, x, dw);
      tape.scope().release(scaled);
    } else {
      ops.gate(dy, open, g, dShift);
      if (weights) {
        tape.backend().convolution().backwardWeights(shape, in.x().value(), g, 0f, dw);
      }
    }
    tape.scope().release(open);
    if (weights) {
      parameters(dw);
    }
    tape.accumulate(in.shift(), dShift);
    if (in.residual() != null) {
      tape.accumulate(in.residual(), g);
    } else if (g != dy) {
      tape.scope().release(g);
    }
    if (dx != null && sum == null) {
      tape.accumulate(in.x(), dx);
    }
  }

  /** The gradients of w and of the scale from dw'. */
  private void parameters(Tensor dw) {
    var normalization = tape.backend().normalization();
    Tensor dScale = tape.empty(in.scale().shape());
    Tensor sums = tape.empty(in.scale().shape());
    normalization.channelAffineParameterGradients(in.w().value(), dw, dScale, sums);
    tape.scope().release(sums);
    tape.accumulate(in.scale(), dScale);
    normalization.channelScale(dw, in.scale().value(), dw);
    tape.accumulate(in.w(), dw);
  }
}
