package org.intraq.deploy;

import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.gemm.GemmSimd;
import org.intraq.tensor.parallel.Workers;

/** A classifier in f32: y = (x W) * unit[o] + bias[o]. */
final class Classify implements Step {
  private final String name;
  private final FloatWeights weights;
  private final float[] unit;
  private final float[] bias;
  private final Value input;
  private final Value output;

  /**
   * Makes a classifier.
   *
   * @param unit null for ones
   * @param bias null for zeros
   */
  Classify(
      String name, FloatWeights weights, float[] unit, float[] bias, Value input, Value output) {
    this.name = name;
    this.weights = weights;
    this.unit = unit;
    this.bias = bias;
    this.input = input;
    this.output = output;
  }

  @Override
  public List<Value> reads() {
    return List.of(input);
  }

  @Override
  public Value writes() {
    return output;
  }

  /** Elements of the unpacked weights; packed ones are multiplied as they are. */
  int weightSize() {
    return weights.isPacked() ? 0 : weights.size();
  }

  @Override
  public Runnable bind(Machine machine, int n) {
    Tensor x = machine.matrix(input, n);
    Tensor w = weights.isPacked() ? null : machine.weightTensor(input.size(), output.size());
    Tensor y = machine.matrix(output, n);
    Tensor units = unit == null ? null : Tensor.wrap(unit, unit.length);
    Tensor biases = bias == null ? null : Tensor.wrap(bias, bias.length);
    var backend = machine.backend();
    Workers.Task image =
        i ->
            weights.multiply(
                machine.floats(),
                machine.at(input) + i * input.size(),
                machine.floats(),
                machine.at(output) + i * output.size());
    return () -> {
      if (weights.isPacked()) {
        backend.workers().run(n, image);
      } else {
        weights.unpack(machine.weights());
        backend.gemm().gemm(false, false, 1, x, w, 0, y);
      }
      if (units != null) {
        backend.normalization().channelScale(y, units, y);
      }
      if (biases != null) {
        backend.convolution().addBias(y, biases, y);
      }
    };
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Tensor x = machine.matrix(input, n);
    Tensor w = machine.constant(weights, input.size(), output.size());
    Tensor y = machine.matrix(output, n);
    Tensor units = unit == null ? null : machine.constant(unit);
    Tensor biases = bias == null ? null : machine.constant(bias);
    // As the CPU sums: packed weights in one chain, floats in blocks of its matrix product.
    int block = weights.isPacked() ? Math.max(1, input.size()) : GemmSimd.KC;
    var backend = machine.backend();
    return () -> {
      machine.ops().product(x, w, block, y);
      if (units != null) {
        backend.normalization().channelScale(y, units, y);
      }
      if (biases != null) {
        backend.convolution().addBias(y, biases, y);
      }
    };
  }

  @Override
  public PlanRow row() {
    return new PlanRow(
        name,
        "f32",
        input.type() + " x " + weights.type() + " -> f32",
        weights.sizeBytes() + 8L * output.size(),
        (long) input.size() * output.size());
  }
}
