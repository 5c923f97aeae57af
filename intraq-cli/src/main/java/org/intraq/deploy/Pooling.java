package org.intraq.deploy;

import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Window maxima, of codes or of floats. */
record Pooling(String layer, Pool2dShape shape, Value input, Value output) implements Step {
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
    Pool2dShape s = batched(n);
    if (input.isCodes()) {
      byte[] codes = machine.codes();
      return () ->
          machine
              .backend()
              .codeMaps()
              .maxPool(s, codes, machine.at(input), codes, machine.at(output));
    }
    Tensor x = machine.tensor(input, n);
    Tensor y = machine.tensor(output, n);
    Tensor winners = Tensor.wrap(new int[n * output.size()], n, output.h(), output.w(), output.c());
    return () -> machine.backend().pooling().maxPool(s, x, y, winners);
  }

  private Pool2dShape batched(int n) {
    return new Pool2dShape(
        n,
        shape.h(),
        shape.w(),
        shape.c(),
        shape.kh(),
        shape.kw(),
        shape.strideH(),
        shape.strideW(),
        shape.padTop(),
        shape.padLeft(),
        shape.padBottom(),
        shape.padRight());
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    Pool2dShape s = batched(n);
    Tensor x = machine.tensor(input, n);
    Tensor y = machine.tensor(output, n);
    if (input.isCodes()) {
      return () -> machine.ops().maxPool(s, x, y);
    }
    Tensor winners = machine.ints(output, n);
    return () -> machine.backend().pooling().maxPool(s, x, y, winners);
  }

  @Override
  public PlanRow row() {
    return new PlanRow(layer, "window maximum", input.type(), 0, 0);
  }
}
