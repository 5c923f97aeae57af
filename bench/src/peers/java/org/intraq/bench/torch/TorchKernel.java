package org.intraq.bench.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Operand;

/** One operation. */
@SuppressWarnings("try") // scopes and guards act by being open
final class TorchKernel implements TorchInstance.Program {
  private final KernelCase problem;
  private final Operation.Runner runner;

  TorchKernel(KernelCase problem, Operation operation, Layout layout) {
    this.problem = problem;
    Tensor[] in =
        problem.operands().stream().map(o -> Tensors.of(o, layout)).toArray(Tensor[]::new);
    runner = operation.prepare(problem, in, layout);
  }

  @Override
  public Tensor[] run() {
    try (NoGradGuard guard = new NoGradGuard()) {
      return runner.run();
    }
  }

  @Override
  public float[] toArray(Tensor[] results) {
    Tensor[] comparable = runner.comparable(results);
    List<Operand> wanted = problem.results().isEmpty() ? problem.operands() : problem.results();
    List<float[]> parts = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.get(i).kind() != Operand.Kind.INDEX) {
        parts.add(Tensors.toArray(comparable[i], wanted.get(i).kind()));
      }
    }
    return KernelCase.join(parts);
  }
}
