package org.intraq.deploy;

import java.util.List;
import org.intraq.tensor.kernel.lowbit.OutputStage;

/**
 * What follows the sums of a layer: y = act(sum * multiplier[o] + offset[o] + residual), stored as
 * {@code result} says.
 *
 * @param residual null without one
 * @param cap of the activation; NaN without one
 */
record Epilogue(float[] multiplier, float[] offset, Value residual, float cap, Value result) {
  /** The same for a step whose kernel has the numbers of the channels in a form of its own. */
  Epilogue withoutNumbers() {
    return new Epilogue(null, null, residual, cap, result);
  }

  boolean hasActivation() {
    return !Float.isNaN(cap);
  }

  OutputStage stage(OutputStage linear) {
    OutputStage stage = hasActivation() ? linear.withActivation(cap) : linear;
    return result.isCodes() ? stage.withQuantizer(result.quantizer()) : stage;
  }

  List<Value> reads(Value input) {
    return residual == null ? List.of(input) : List.of(input, residual);
  }

  /** As {@code + add, relu -> u4}. */
  String describe() {
    String act = !hasActivation() ? "" : Float.isInfinite(cap) ? ", relu" : ", relu" + (int) cap;
    return (residual == null ? "" : " + residual") + act;
  }
}
