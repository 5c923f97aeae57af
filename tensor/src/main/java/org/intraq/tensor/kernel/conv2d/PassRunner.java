package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/** The one place that chooses between Winograd's algorithm and the direct sum for a pass. */
final class PassRunner {
  private PassRunner() {}

  private static boolean byWinograd(CorrelationPass pass, boolean winograd) {
    return winograd && WinogradCorrelation.suits(pass);
  }

  /** Floats of the packed weights. */
  static int weightSize(CorrelationPass pass, boolean winograd) {
    return byWinograd(pass, winograd) ? WinogradWeights.size(pass) : Conv2dPacking.size(pass);
  }

  /** Packs the weights for {@link #run}. */
  static void pack(
      Workers workers,
      CorrelationPass pass,
      boolean winograd,
      Conv2dShape shape,
      float[] w,
      int wOffset,
      float[] packed) {
    if (byWinograd(pass, winograd)) {
      workers.run(
          pass.outChannels() / GemmTile.COLUMNS,
          panel -> WinogradWeights.packPanel(pass, shape, w, wOffset, panel, packed));
    } else {
      workers.run(
          pass.groups() * Conv2dPacking.panels(pass),
          index -> Conv2dPacking.packPanel(pass, shape, w, wOffset, index, packed, 0));
    }
  }

  /** Runs the pass; with {@code add} its results are added to what {@code out} holds. */
  static void run(
      Workers workers,
      CorrelationPass pass,
      boolean winograd,
      InputRows in,
      float[] packed,
      boolean add,
      float[] out,
      int outOffset,
      OutputRows after) {
    if (byWinograd(pass, winograd)) {
      WinogradCorrelation.run(workers, pass, in, packed, add, out, outOffset, after, null);
    } else {
      DirectCorrelation.run(workers, pass, in, packed, add, out, outOffset, after);
    }
  }
}
