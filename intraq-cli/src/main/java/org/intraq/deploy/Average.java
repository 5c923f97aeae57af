package org.intraq.deploy;

import java.util.List;
import org.intraq.tensor.Tensor;

/** The mean over height and width in f32, as the fake-quantized network computes it. */
final class Average implements Step {
  private final String name;
  private final Value input;
  private final Value floatInput;
  private final Value output;

  Average(String name, Value input, Value output) {
    this.name = name;
    this.input = input;
    this.output = output;
    this.floatInput =
        input.isCodes() ? new Value(name + " input", null, input.h(), input.w(), input.c()) : input;
  }

  @Override
  public List<Value> reads() {
    return List.of(input);
  }

  @Override
  public Value writes() {
    return output;
  }

  @Override
  public List<Value> scratch() {
    return input.isCodes() ? List.of(floatInput) : List.of();
  }

  @Override
  public Runnable bind(Machine machine, int n) {
    Tensor x = machine.tensor(floatInput, n);
    Tensor y = machine.matrix(output, n);
    return () -> {
      FloatLayer.toFloats(machine, input, floatInput, n, false);
      machine.backend().pooling().globalAverage(x, y);
    };
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Runnable floats = machine.toFloats(input, floatInput, n, false);
    Tensor x = machine.tensor(floatInput, n);
    Tensor y = machine.matrix(output, n);
    return () -> {
      floats.run();
      machine.ops().average(x, y);
    };
  }

  @Override
  public PlanRow row() {
    return new PlanRow(name, "mean", input.type() + " -> f32", 0, 0);
  }
}
