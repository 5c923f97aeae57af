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
    String layer = "resnet18.stage4.unit2.conv2";
    int weights = 3 * 3 * 512;
    cases.add(squares(layer, weights * 512).withSmall(squares(layer, 17_001)).forQuickRuns());
    cases.add(ranges(layer, weights, 512).withSmall(ranges(layer, 63, 512)).forQuickRuns());
    cases.add(ranges("resnet20.stage3.unit1.conv2", 9 * 64, 64));
    cases.add(columns("resnet20.output", 256, 10));
    cases.add(columns("resnet18.output", 16, 1000));
    cases.add(squares("odd", 99_991));
    cases.add(ranges("odd", 1009, 37));
    cases.add(columns("odd", 1009, 37));
    cases.add(rows("odd", 1009, 37));
    return cases;
  }

  /** Minima and maxima are exact: no terms add up. */
  private static KernelCase range(String name, int[] x) {
    Body body = (b, in, out) -> b.reduction().minMax(in[0], out[0]);
    return of(name, "minMax", 1, Operand.activation(1, x), Operand.result(Kind.PLAIN, 2), body);
  }

  private static KernelCase ranges(String name, int m, int c) {
    Body body = (b, in, out) -> b.reduction().minMaxChannels(in[0], out[0]);
    Operand y = Operand.result(Kind.PLAIN, 2, c);
    return of(name, "minMaxChannels", 1, Operand.plain(1, m, c), y, body);
  }

  private static KernelCase squares(String name, int size) {
    Body body = (b, in, out) -> b.reduction().sumSquares(in[0], out[0]);
    Operand y = Operand.result(Kind.PLAIN, 1);
    return of(name, "sumSquares", size, Operand.plain(1, size), y, body);
  }

  private static KernelCase columns(String name, int m, int c) {
    Body body = (b, in, out) -> b.reduction().columnSums(in[0], out[0]);
    Operand y = Operand.result(Kind.PLAIN, c);
    return of(name, "columnSums", m, Operand.plain(1, m, c), y, body);
  }

  private static KernelCase rows(String name, int m, int c) {
    Body body = (b, in, out) -> b.reduction().rowSums(in[0], out[0]);
    Operand y = Operand.result(Kind.PLAIN, m);
    return of(name, "rowSums", c, Operand.plain(1, m, c), y, body);
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
