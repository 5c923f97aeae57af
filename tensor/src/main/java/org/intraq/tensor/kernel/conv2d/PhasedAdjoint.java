package org.intraq.tensor.kernel.conv2d;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.parallel.Workers;

/**
 * The adjoint of a strided convolution in its input: one dense {@link CorrelationPass} for each
 * stride phase, all over the same copy of dy.
 *
 * <pre>
 * 3x3, stride 2:   rows of dx   even    odd        taps of the four phases: 1, 2, 2, 4
 *                  read row i   tap 1   taps 2, 0 of rows i, i + 1
 * </pre>
 *
 * @param passes the phases
 * @param cover reads all that any phase reads; without taps where none reads anything
 */
record PhasedAdjoint(List<CorrelationPass> passes, CorrelationPass cover) {

  /** The phases of a convolution. */
  static PhasedAdjoint of(Conv2dShape s) {
    List<CorrelationPass> passes = new ArrayList<>();
    List<AxisPass> rows = new ArrayList<>();
    List<AxisPass> columns = new ArrayList<>();
    for (int i = 0; i < Math.min(s.strideH(), s.h()); i++) {
      for (int j = 0; j < Math.min(s.strideW(), s.w()); j++) {
        CorrelationPass pass = CorrelationPass.adjoint(s, i, j);
        passes.add(pass);
        rows.add(pass.rows());
        columns.add(pass.columns());
      }
    }
    CorrelationPass one = CorrelationPass.adjoint(s, 0, 0);
    CorrelationPass cover =
        new CorrelationPass(
            one.images(),
            one.groups(),
            one.inChannels(),
            one.outChannels(),
            one.inPixel(),
            one.outPixel(),
            one.outH(),
            one.outW(),
            cover(rows, one.rows()),
            cover(columns, one.columns()),
            true);
    return new PhasedAdjoint(passes, cover);
  }

  /** Whether a shape's adjoint has more than one phase. */
  static boolean suits(Conv2dShape s) {
    return s.strideH() * s.strideW() > 1 && !FewChannelsGradient.suits(s);
  }

  private static AxisPass cover(List<AxisPass> phases, AxisPass first) {
    int from = Integer.MAX_VALUE;
    int to = Integer.MIN_VALUE;
    int grid = 0;
    for (AxisPass phase : phases) {
      grid = Math.max(grid, phase.grid());
      if (phase.taps() > 0) {
        from = Math.min(from, phase.origin());
        to = Math.max(to, phase.origin() + (phase.taps() - 1) * phase.step());
      }
    }
    int taps = from > to ? 0 : to - from + 1;
    int origin = from > to ? 0 : from;
    return new AxisPass(taps, 0, 1, 1, origin, 1, first.inExtent(), grid, 0, first.outStep());
  }

  /** Floats of the packed weights. */
  int packedSize() {
    return passes.stream().mapToInt(Conv2dPacking::size).sum();
  }

  /** Packs the weights for {@link #run}, phase after phase. */
  void pack(Workers workers, Conv2dShape s, float[] w, int wAt, float[] packed) {
    int at = 0;
    for (CorrelationPass pass : passes) {
      int start = at;
      workers.run(
          pass.groups() * Conv2dPacking.panels(pass),
          index -> Conv2dPacking.packPanel(pass, s, w, wAt, index, packed, start));
      at += Conv2dPacking.size(pass);
    }
  }

  /** dx; with {@code add} it is added to what is there. */
  void run(Workers workers, InputRows in, float[] packed, boolean add, float[] dx, int dxAt) {
    DirectCorrelation.runPhases(workers, this, in, packed, add, dx, dxAt);
  }
}
