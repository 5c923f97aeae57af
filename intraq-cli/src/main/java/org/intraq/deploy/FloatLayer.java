package org.intraq.deploy;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A convolution in f32, with the kernels and in the order of operations of the fake-quantized
 * network: weight-only layers (weights are codes, the input is not), layers in full precision, and
 * those that integer kernels refuse.
 */
final class FloatLayer implements Step {
  private final String name;
  private final Conv2dShape shape;
  private final FloatWeights weights;
  private final float[] bias;
  private final Value input;
  private final boolean wholeInput;
  private final Epilogue epilogue;
  private final Value sums;
  private final Value floatInput;
  private final Value floatResidual;

  /**
   * Makes a layer.
   *
   * @param bias added to the sums; or null
   * @param wholeInput whether codes are read as u - zero instead of (u - zero) / m
   */
  FloatLayer(
      String name,
      Conv2dShape shape,
      FloatWeights weights,
      float[] bias,
      Value input,
      boolean wholeInput,
      Epilogue epilogue) {
    this.name = name;
    this.shape = shape;
    this.weights = weights;
    this.bias = bias;
    this.input = input;
    this.wholeInput = wholeInput;
    this.epilogue = epilogue;
    Value result = epilogue.result();
    this.sums =
        result.isCodes()
            ? new Value(name + " sums", null, result.h(), result.w(), result.c())
            : result;
    this.floatInput = asFloats(input, " input");
    this.floatResidual = epilogue.residual() == null ? null : asFloats(epilogue.residual(), " sum");
  }

  private Value asFloats(Value v, String what) {
    return v.isCodes() ? new Value(name + what, null, v.h(), v.w(), v.c()) : v;
  }

  @Override
  public List<Value> reads() {
    return epilogue.reads(input);
  }

  @Override
  public Value writes() {
    return epilogue.result();
  }

  @Override
  public List<Value> scratch() {
    List<Value> own = new ArrayList<>();
    if (input.isCodes()) {
      own.add(floatInput);
    }
    if (epilogue.result().isCodes()) {
      own.add(sums);
    }
    if (epilogue.residual() != null && epilogue.residual().isCodes()) {
      own.add(floatResidual);
    }
    return own;
  }

  /** Elements of the unpacked weights. */
  int weightSize() {
    return weights.size();
  }

  @Override
  public Runnable bind(Machine machine, int n) {
    Conv2dShape batched = shape.withBatch(n);
    Tensor x = machine.tensor(floatInput, n);
    Tensor w = machine.weightTensor(shape.kh(), shape.kw(), shape.icPerGroup(), shape.oc());
    Tensor z = machine.tensor(sums, n);
    Tensor biases = bias == null ? null : Tensor.wrap(bias, bias.length);
    Runnable finish = finish(machine, n, z);
    var backend = machine.backend();
    return () -> {
      toFloats(machine, input, floatInput, n, wholeInput);
      weights.unpack(machine.weights());
      backend.convolution().forward(batched, x, w, z);
      if (biases != null) {
        backend.convolution().addBias(z, biases, z);
      }
      finish.run();
    };
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Conv2dShape batched = shape.withBatch(n);
    Runnable floats = machine.toFloats(input, floatInput, n, wholeInput);
    Tensor x = machine.tensor(floatInput, n);
    Tensor w = machine.constant(weights, shape.kh(), shape.kw(), shape.icPerGroup(), shape.oc());
    Tensor z = machine.tensor(sums, n);
    Tensor biases = bias == null ? null : machine.constant(bias);
    Value residual = epilogue.residual();
    Runnable floatsOfSum =
        residual == null ? () -> {} : machine.toFloats(residual, floatResidual, n, false);
    Tensor r = residual == null ? null : machine.tensor(floatResidual, n);
    Tensor scale = machine.constant(epilogue.multiplier());
    Tensor shift = machine.constant(epilogue.offset());
    Value result = epilogue.result();
    Tensor codes = result.isCodes() ? machine.tensor(result, n) : null;
    return () -> {
      floats.run();
      machine.ops().convolution(batched, x, w, z);
      if (biases != null) {
        machine.backend().convolution().addBias(z, biases, z);
      }
      floatsOfSum.run();
      affine(machine.backend(), z, scale, shift, r);
      if (codes != null) {
        machine.ops().quantize(result.quantizer(), z, codes);
      }
    };
  }

  /** z = act(z * scale + shift + r). */
  private void affine(Backend backend, Tensor z, Tensor scale, Tensor shift, Tensor r) {
    if (!epilogue.hasActivation()) {
      backend.normalization().channelAffine(z, scale, shift, z);
      if (r != null) {
        backend.elementwise().linear(1, z, 1, r, z);
      }
    } else if (r == null) {
      backend.fused().affineRelu(z, scale, shift, epilogue.cap(), z);
    } else {
      backend.fused().affineAddRelu(z, scale, shift, r, epilogue.cap(), z);
    }
  }

  private Runnable finish(Machine machine, int n, Tensor z) {
    Backend backend = machine.backend();
    Tensor scale = Tensor.wrap(epilogue.multiplier(), epilogue.multiplier().length);
    Tensor shift = Tensor.wrap(epilogue.offset(), epilogue.offset().length);
    Value residual = epilogue.residual();
    Tensor r = residual == null ? null : machine.tensor(floatResidual, n);
    Value result = epilogue.result();
    return () -> {
      if (residual != null) {
        toFloats(machine, residual, floatResidual, n, false);
      }
      affine(backend, z, scale, shift, r);
      if (result.isCodes()) {
        machine
            .backend()
            .codeMaps()
            .quantize(
                result.quantizer(),
                n * result.size(),
                machine.floats(),
                machine.at(sums),
                machine.codes(),
                machine.at(result));
      }
    };
  }

  /** Codes to floats; does nothing where {@code from} is floats. */
  static void toFloats(Machine machine, Value from, Value to, int n, boolean whole) {
    if (from.isCodes()) {
      machine
          .backend()
          .codeMaps()
          .values(
              n * from.size(),
              machine.codes(),
              machine.at(from),
              from.quantizer().zero(),
              whole ? 1 : from.quantizer().m(),
              machine.floats(),
              machine.at(to));
    }
  }

  @Override
  public PlanRow row() {
    return new PlanRow(
        name,
        "f32" + epilogue.describe(),
        input.type() + " x " + weights.type() + " -> " + epilogue.result().type(),
        weights.sizeBytes() + 8L * shape.oc(),
        shape.withBatch(1).multiplyAdds());
  }
}
