package org.intraq.deploy;

import java.util.List;

/** Codes to the values they stand for. */
record Dequantize(String layer, Value input, Value output) implements Step {
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
    return () -> FloatLayer.toFloats(machine, input, output, n, false);
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    return machine.toFloats(input, output, n, false);
  }

  @Override
  public PlanRow row() {
    return new PlanRow(layer, "dequantize", input.type() + " -> f32", 0, 0);
  }
}
