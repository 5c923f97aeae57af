package org.intraq.bench.kernel.pool;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Activations;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Pooling and the parameter-free shortcut. */
public final class PoolCases {
  /**
   * A parameter-free shortcut.
   *
   * @param stride every how many-th sample is kept
   * @param padBefore zero channels before the kept ones; as many follow
   */
  public record Shortcut(int stride, int padBefore) {}

  private PoolCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    maxPool(cases, "resnet18.init_block.pool", Pool2dShape.of(16, 112, 112, 64, 3, 2, 1));
    maxPool(cases, "odd", Pool2dShape.of(5, 19, 23, 37, 3, 2, 1));
    globalAverage(cases, "resnet20.final_pool", 256, 8, 64);
    globalAverage(cases, "resnet18.final_pool", 16, 7, 512);
    globalAverage(cases, "mobilenetv2_w1.final_pool", 16, 7, 1280);
    shortcut(cases, "resnet20.stage2.unit1", 256, 32, 16);
    shortcut(cases, "resnet20.stage3.unit1", 256, 16, 32);
    cases.replaceAll(c -> c.shape().startsWith("resnet18.init") ? c.forQuickRuns() : c);
    return cases;
  }

  private static void maxPool(List<KernelCase> cases, String name, Pool2dShape s) {
    Pool2dShape one = withBatch(s, 1);
    cases.add(maxPool(name, s).withSmall(maxPool(name, one)));
    cases.add(maxPoolBackward(name, s).withSmall(maxPoolBackward(name, one)));
  }

  private static KernelCase maxPool(String name, Pool2dShape s) {
    return of(
        name,
        "maxPool",
        s,
        s.kh() * s.kw() * (double) pooled(s, 0).size(),
        List.of(Operand.activation(1, s.n(), s.h(), s.w(), s.c())),
        List.of(pooled(s, 0).asResult(), new Operand(Kind.INDEX, pooled(s, 0).extents(), null)),
        1,
        (b, in, out) -> b.pooling().maxPool(s, in[0], out[0], out[1]));
  }

  private static KernelCase maxPoolBackward(String name, Pool2dShape s) {
    return of(
        name,
        "maxPoolBackward",
        s,
        pooled(s, 0).size(),
        List.of(pooled(s, 1), Operand.indices(() -> winners(s), pooled(s, 0).extents())),
        List.of(Operand.result(Kind.ACTIVATION, s.n(), s.h(), s.w(), s.c())),
        s.kh() * s.kw(),
        (b, in, out) -> b.pooling().maxPoolBackward(s, in[0], in[1], out[0]));
  }

  /**
   * For every window and channel the flat index of some input inside: its centre or a neighbour.
   */
  private static int[] winners(Pool2dShape s) {
    int[] winners = new int[pooled(s, 0).size()];
    int at = 0;
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int c = 0; c < s.c(); c++) {
            int step = c * 7 % 2;
            int h = Math.min(s.h() - 1, p * s.strideH() - s.padTop() + s.kh() / 2 + step);
            int w = Math.min(s.w() - 1, q * s.strideW() - s.padLeft() + s.kw() / 2);
            winners[at++] = ((n * s.h() + h) * s.w() + w) * s.c() + c;
          }
        }
      }
    }
    return winners;
  }

  private static void globalAverage(
      List<KernelCase> cases, String name, int batch, int side, int channels) {
    for (String pass : List.of("globalAverage", "globalAverageBackward")) {
      cases.add(
          globalAverage(name, pass, batch, side, channels)
              .withSmall(globalAverage(name, pass, 1, side, channels)));
    }
  }

  private static KernelCase globalAverage(String name, String pass, int n, int side, int c) {
    boolean back = pass.endsWith("Backward");
    Operand planes = Operand.activation(1, n, side, side, c);
    Operand means = Operand.plain(2, n, c);
    return of(
        name,
        pass,
        null,
        planes.size(),
        List.of(back ? means : planes),
        List.of((back ? planes : means).asResult()),
        side * side,
        back
            ? (b, in, out) -> b.pooling().globalAverageBackward(in[0], out[0])
            : (b, in, out) -> b.pooling().globalAverage(in[0], out[0]));
  }

  private static void shortcut(
      List<KernelCase> cases, String name, int batch, int side, int channels) {
    for (String pass : List.of("subsample", "subsampleBackward")) {
      cases.add(
          shortcut(name, pass, batch, side, channels)
              .withSmall(shortcut(name, pass, 1, side, channels)));
    }
  }

  private static KernelCase shortcut(String name, String pass, int n, int side, int c) {
    boolean back = pass.endsWith("Backward");
    Shortcut s = new Shortcut(2, c / 2);
    Operand large = Operand.activation(1, n, side, side, c);
    Operand small = Operand.activation(2, n, (side + 1) / 2, (side + 1) / 2, 2 * c);
    return of(
        name,
        pass,
        s,
        0,
        List.of(back ? small : large),
        List.of((back ? large : small).asResult()),
        1,
        back
            ? (b, in, out) ->
                b.pooling().subsampleBackward(in[0], s.stride(), s.padBefore(), out[0])
            : (b, in, out) -> b.pooling().subsample(in[0], s.stride(), s.padBefore(), out[0]));
  }

  private static Operand pooled(Pool2dShape s, long seed) {
    return Operand.activation(seed, s.n(), s.outH(), s.outW(), s.c());
  }

  private static Pool2dShape withBatch(Pool2dShape s, int n) {
    return new Pool2dShape(
        n,
        s.h(),
        s.w(),
        s.c(),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padTop(),
        s.padLeft(),
        s.padBottom(),
        s.padRight());
  }

  private static KernelCase of(
      String name,
      String operation,
      Object geometry,
      double flops,
      List<Operand> operands,
      List<Operand> results,
      double terms,
      Body body) {
    return KernelCase.of(
        Activations.GROUP,
        name + ":" + operation,
        operation,
        geometry,
        Work.memory(flops, operands, results),
        terms,
        operands,
        results,
        body);
  }
}
