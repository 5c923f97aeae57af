package org.intraq.deploy;

import java.util.List;
import org.intraq.models.net.Node;
import org.intraq.tensor.Tensor;

/** The parameter-free shortcut, of codes or of floats. */
record Shortcut(Node.Subsample node, Value input, Value output) implements Step {
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
    if (input.isCodes()) {
      byte[] codes = machine.codes();
      return () ->
          machine
              .backend()
              .codeMaps()
              .subsample(
                  n,
                  input.h(),
                  input.w(),
                  input.c(),
                  node.stride(),
                  node.padBefore(),
                  output.c(),
                  input.quantizer().zero(),
                  codes,
                  machine.at(input),
                  codes,
                  machine.at(output));
    }
    Tensor x = machine.tensor(input, n);
    Tensor y = machine.tensor(output, n);
    return () -> machine.backend().pooling().subsample(x, node.stride(), node.padBefore(), y);
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Tensor x = machine.tensor(input, n);
    Tensor y = machine.tensor(output, n);
    int before = node.padBefore();
    if (input.isCodes()) {
      int zero = input.quantizer().zero();
      return () -> machine.ops().subsample(x, node.stride(), before, zero, y);
    }
    return () -> machine.backend().pooling().subsample(x, node.stride(), before, y);
  }

  @Override
  public PlanRow row() {
    return new PlanRow(node.name(), "subsample", input.type(), 0, 0);
  }
}
