package org.intraq.bench.kernel.random;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/** The first images of a synthesis. Other libraries draw other numbers: there is no peer. */
public final class RandomCases {
  private static final long KEY = 0x1234_5678_9abc_def0L;

  /** Far enough that the lower word of the counter overflows on the way. */
  private static final long COUNTER = (1L << 32) - 100;

  private static final int SMALL = 4099;

  private RandomCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    Body uniform = (b, in, out) -> b.random().uniform(KEY, COUNTER, -1f, 1f, out[0]);
    Body normal = (b, in, out) -> b.random().normal(KEY, COUNTER, 0f, 1f, out[0]);
    int cifar = 256 * 32 * 32 * 3;
    int imageNet = 16 * 224 * 224 * 3;
    cases.add(of("resnet20.images", "uniform", cifar, uniform).forQuickRuns());
    cases.add(of("resnet20.images", "normal", cifar, normal).forQuickRuns());
    cases.add(of("resnet18.images", "normal", imageNet, normal));
    cases.add(of("odd", "uniform", 99_991, uniform));
    cases.add(of("odd", "normal", 99_991, normal));
    return cases;
  }

  private static KernelCase of(String name, String operation, int size, Body body) {
    return make(name, operation, size, body).withSmall(make(name, operation, SMALL, body));
  }

  private static KernelCase make(String name, String operation, int size, Body body) {
    List<Operand> results = List.of(Operand.result(Kind.PLAIN, size));
    return KernelCase.of(
        "random",
        name + ":" + operation,
        operation,
        null,
        Work.memory(size, List.of(), results),
        1,
        List.of(),
        results,
        body);
  }
}
