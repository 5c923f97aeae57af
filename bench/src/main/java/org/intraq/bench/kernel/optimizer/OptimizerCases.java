package org.intraq.bench.kernel.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Work;

/** Parameter updates: Adam on images, SGD with Nesterov momentum on weights. */
public final class OptimizerCases {
  /** Large enough that a wrong update shows after one step, small enough for a million of them. */
  public static final float RATE = 1e-4f;

  /** The step that Adam's bias correction is taken at. */
  public static final int STEP = 100;

  private static final int SMALL = 1009;

  private OptimizerCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    Body adam =
        (b, in, out) ->
            b.optimizer().adam(in[0], in[1], in[2], in[3], RATE, 0.9f, 0.999f, 1e-8f, STEP);
    Body sgd =
        (b, in, out) -> b.optimizer().sgd(in[0], in[1], in[2], 1f, RATE, 0.9f, 1e-4f, true, false);
    cases.add(of("resnet20.images", "adam", 256 * 32 * 32 * 3, 4, adam).forQuickRuns());
    cases.add(of("resnet18.images", "adam", 16 * 224 * 224 * 3, 4, adam));
    cases.add(of("resnet18.stage4.unit2.conv2", "sgd", 3 * 3 * 512 * 512, 3, sgd).forQuickRuns());
    cases.add(of("odd", "sgd", 99_991, 3, sgd));
    return cases;
  }

  private static KernelCase of(String name, String operation, int size, int tensors, Body body) {
    return make(name, operation, size, tensors, body)
        .withSmall(make(name, operation, SMALL, tensors, body));
  }

  /** Parameter, gradient, moments: all are read, all but the gradient are written. */
  private static KernelCase make(String name, String operation, int size, int tensors, Body body) {
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      operands.add(Operand.uniform(1 + i, i < 2 ? -1f : 0f, 1f, size));
    }
    return KernelCase.of(
        "optimizer",
        name + ":" + operation,
        operation,
        null,
        Work.memory(4.0 * tensors * size, 4.0 * (2 * tensors - 1) * size),
        1,
        operands,
        List.of(),
        body);
  }
}
