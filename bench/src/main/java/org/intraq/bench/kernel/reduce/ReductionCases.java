package org.intraq.bench.kernel.reduce;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Activations;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/**
 * Sums and extrema as calibration (ranges of activations and weights), clipping of gradients and
 * gradients of biases take them.
 */
public final class ReductionCases {
  private static final String GROUP = "reduction";

  private ReductionCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>(Activations.cases(ReductionCases::range));
    Body sumSquares = (b, in, out) -> b.reduction().sumSquares(in[0], out[0]);
    Body ranges = (b, in, out) -> b.reduction().minMaxChannels(in[0], out[0]);
    Body columns = (b, in, out) -> b.reduction().columnSums(in[0], out[0]);
    Body rows = (b, in, out) -> b.reduction().rowSums(in[0], out[0]);
    int weights = 3 * 3 * 512;
    cases.add(
        sum("resnet18.stage4.unit2.conv2", weights * 512)
            .withSmall(sum("resnet18.stage4.unit2.conv2", 17_001))
            .forQuickRuns());
    cases.add(
        matrix("resnet18.stage4.unit2.conv2", "minMaxChannels", weights, 512, 2, ranges)
            .withSmall(matrix("resnet18.stage4.unit2.conv2", "minMaxChannels", 63, 512, 2, ranges))
            .forQuickRuns());
    cases.add(matrix("resnet20.stage3.unit1.conv2", "minMaxChannels", 9 * 64, 64, 2, ranges));
    cases.add(matrix("resnet20.output", "columnSums", 256, 10, 1, columns));
    cases.add(matrix("resnet18.output", "columnSums", 16, 1000, 1, columns));
    cases.add(vector("odd", "sumSquares", 99_991, sumSquares));
    cases.add(matrix("odd", "minMaxChannels", 1009, 37, 2, ranges));
    cases.add(matrix("odd", "columnSums", 1009, 37, 1, columns));
    cases.add(rows("odd", 1009, 37, rows));
    return cases;
  }

  private static KernelCase range(String name, int[] x) {
    return of(
        name,
        "minMax",
        1,
        Operand.activation(1, x),
        Operand.result(Kind.PLAIN, 2),
        (b, in, out) -> b.reduction().minMax(in[0], out[0]));
  }

  private static KernelCase sum(String name, int size) {
    return vector(
        name, "sumSquares", size, (b, in, out) -> b.reduction().sumSquares(in[0], out[0]));
  }

  private static KernelCase vector(String name, String operation, int size, Body body) {
    Operand x = Operand.plain(1, size);
    return of(name, operation, size, x, Operand.result(Kind.PLAIN, 1), body);
  }

  /** Over the rows of [m, c], to {@code results} rows. */
  private static KernelCase matrix(
      String name, String operation, int m, int c, int results, Body body) {
    Operand y =
        results == 1 ? Operand.result(Kind.PLAIN, c) : Operand.result(Kind.PLAIN, results, c);
    return of(name, operation, m, Operand.plain(1, m, c), y, body);
  }

  private static KernelCase rows(String name, int m, int c, Body body) {
    return of(name, "rowSums", c, Operand.plain(1, m, c), Operand.result(Kind.PLAIN, m), body);
  }

  private static KernelCase of(
      String name, String operation, double terms, Operand x, Operand y, Body body) {
    return KernelCase.of(
        GROUP,
        name + ":" + operation,
        operation,
        null,
        Work.memory(x.size(), List.of(x), List.of(y)),
        terms,
        List.of(x),
        List.of(y),
        body);
  }
}
