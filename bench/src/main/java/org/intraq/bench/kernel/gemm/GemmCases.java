package org.intraq.bench.kernel.gemm;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/**
 * Matrix products: classifiers and 1x1 convolutions of the networks in the transpose cases that
 * their forward and backward passes use, a square one, odd ones.
 */
public final class GemmCases {
  private static final int SMALL = 70;

  /**
   * C [M, N] = op(A) [M, K] op(B) [K, N].
   *
   * @param transposeA whether A is stored [K, M]
   * @param transposeB whether B is stored [N, K]
   */
  public record Geometry(boolean transposeA, boolean transposeB, int m, int n, int k) {}

  private GemmCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    cases.add(of("square1024:NN", false, false, 1024, 1024, 1024).forQuickRuns());
    cases.add(of("square1024:NT", false, true, 1024, 1024, 1024));
    cases.add(of("square1024:TN", true, false, 1024, 1024, 1024));
    cases.add(of("square1024:TT", true, true, 1024, 1024, 1024));
    threeUses(cases, "resnet18.output", 16, 512, 1000);
    threeUses(cases, "mobilenetv2_w1.output", 32, 1280, 1000);
    threeUses(cases, "resnet20.output", 256, 64, 10);
    threeUses(cases, "mobilenet_w3d4.stage4.unit1", 16 * 14 * 14, 384, 384);
    threeUses(cases, "mobilenetv2_w1.stage3.unit1", 16 * 28 * 28, 32, 192);
    threeUses(cases, "odd", 397, 211, 149);
    cases.replaceAll(
        c -> c.shape().startsWith("mobilenet_w3d4.stage4.unit1:NN") ? c.forQuickRuns() : c);
    return cases;
  }

  /** Y = X W, dX = dY transpose(W), dW = transpose(X) dY. */
  private static void threeUses(List<KernelCase> cases, String name, int rows, int in, int out) {
    cases.add(of(name + ":NN", false, false, rows, out, in));
    cases.add(of(name + ":NT", false, true, rows, in, out));
    cases.add(of(name + ":TN", true, false, in, out, rows));
  }

  /** C = A B as a case of its own. */
  public static KernelCase product(String name, int m, int n, int k) {
    return of(name, false, false, m, n, k);
  }

  private static KernelCase of(String name, boolean ta, boolean tb, int m, int n, int k) {
    boolean isSmall = m <= SMALL && n <= SMALL && k <= SMALL;
    KernelCase reduced =
        isSmall
            ? null
            : of(name, ta, tb, Math.min(m, SMALL), Math.min(n, SMALL), Math.min(k, SMALL));
    KernelCase full =
        KernelCase.of(
            "gemm",
            name,
            "gemm",
            new Geometry(ta, tb, m, n, k),
            Work.arithmetic(2.0 * m * n * k),
            k,
            List.of(
                ta ? Operand.plain(1, k, m) : Operand.plain(1, m, k),
                tb ? Operand.plain(2, n, k) : Operand.plain(2, k, n)),
            List.of(Operand.result(Kind.PLAIN, m, n)),
            (backend, in, result) -> backend.gemm().gemm(ta, tb, 1f, in[0], in[1], 0f, result[0]));
    return reduced == null ? full : full.withSmall(reduced);
  }
}
