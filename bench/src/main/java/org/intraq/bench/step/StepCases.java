package org.intraq.bench.step;

import java.util.List;
import org.intraq.bench.harness.Case;
import org.intraq.bench.step.StepCase.Kind;

/** The steps that a user waits for. */
public final class StepCases {
  private StepCases() {}

  /** All cases. */
  public static List<StepCase> all() {
    return List.of(
        new StepCase(Kind.SYNTHESIS, "resnet20_cifar10", 0, 256, true),
        new StepCase(Kind.SYNTHESIS, "mobilenet_w3d4", 0, 16, false),
        new StepCase(Kind.SYNTHESIS, "mobilenetv2_w1", 0, 16, true),
        new StepCase(Kind.SYNTHESIS, "resnet18", 0, 16, false),
        new StepCase(Kind.FINE_TUNING, "resnet20_cifar10", 0, 256, true),
        new StepCase(Kind.INFERENCE, "resnet20_cifar10", 0, 1, false),
        new StepCase(Kind.INFERENCE, "resnet20_cifar10", 0, 32, true),
        new StepCase(Kind.INFERENCE, "resnet18", 0, 1, true),
        new StepCase(Kind.INFERENCE, "resnet18", 0, 32, false),
        new StepCase(Kind.INFERENCE, "mobilenet_w3d4", 0, 1, false),
        new StepCase(Kind.INFERENCE, "mobilenet_w3d4", 0, 32, false),
        new StepCase(Kind.INFERENCE, "mobilenetv2_w1", 0, 1, false),
        new StepCase(Kind.INFERENCE, "mobilenetv2_w1", 0, 32, false));
  }

  /** Whole networks on integers. */
  public static List<Case> integer() {
    return IntegerCase.all();
  }
}
