package org.intraq.deploy;

import java.util.List;
import org.intraq.tensor.Tensor;

/** Floats to the codes that one layer reads ("all-integer"). */
record Quantize(String layer, Value input, Value output) implements Step {
  @Override
  public List<Value> reads() {
    return List.of(input);
  }

  @Override
  public Value writes() {
    return output;
  }

  @Override
  public Runnable bind(Machine machine, int n) {
    return () ->
        machine
            .backend()
            .codeMaps()
            .quantize(
                output.quantizer(),
                n * input.size(),
                machine.floats(),
                machine.at(input),
                machine.codes(),
                machine.at(output));
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Tensor x = machine.tensor(input, n);
    Tensor y = machine.tensor(output, n);
    return () -> machine.ops().quantize(output.quantizer(), x, y);
  }

  @Override
  public PlanRow row() {
    return new PlanRow(layer, "quantize", "f32 -> " + output.type(), 0, 0);
  }
}
