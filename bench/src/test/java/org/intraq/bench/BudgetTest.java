package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.bench.harness.Case;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final Case KERNEL = Catalogue.get("gemm/odd:NN");
  private static final Case STEP = Catalogue.get("synthesis-resnet20/resnet20_cifar10:batch256");

  @Test
  void everyGroupHasItsTurnBeforeAnyHasASecond() {
    Case second = Catalogue.get("gemm/square1024:NN");
    Case third = Catalogue.get("gemm/mobilenet_w3d4.stage4.unit1:NT");
    assertEquals(
        List.of(KERNEL, STEP, second, third),
        Budget.oneOfEachGroupFirst(List.of(KERNEL, second, third, STEP)));
    assertEquals(List.of(STEP, second), Budget.oneOfEachGroupFirst(List.of(STEP, second)));
  }

  @Test
  void whatOneCaseLeavesTheOthersGet() {
    List<Case> cases = List.of(STEP, KERNEL, KERNEL);
    Budget budget = Budget.of(1400, cases, 1);
    double step = budget.next(STEP);
    assertEquals(1200, step / 1e9, 1);
    // No time has passed: all of it is the kernels'.
    assertEquals(700, budget.next(KERNEL) / 1e9, 1);
    assertEquals(1400, budget.next(KERNEL) / 1e9, 1);
  }

  @Test
  void nothingIsLeftWhenTimeIsUp() {
    assertTrue(Budget.of(0, List.of(KERNEL), 1).next(KERNEL) <= 0);
    assertEquals(
        Double.POSITIVE_INFINITY,
        Budget.of(Double.POSITIVE_INFINITY, List.of(KERNEL), 2).next(KERNEL));
  }
}
