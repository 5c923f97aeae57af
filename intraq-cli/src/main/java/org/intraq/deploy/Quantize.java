package org.intraq.deploy;

import java.util.List;

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
  public PlanRow row() {
    return new PlanRow(layer, "quantize", "f32 -> " + output.type(), 0, 0);
  }
}
