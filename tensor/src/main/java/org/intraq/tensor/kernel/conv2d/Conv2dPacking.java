package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * Puts weights into the order in which {@link GemmTile} reads them.
 *
 * <pre>
 * packed[((((g * panels + panel) * tapRows + k) * tapColumns + l) * inChannels + c) * COLUMNS + j]
 *     = weight(g, k, l, c, o = panel * COLUMNS + j), 0 beyond the group's last channel
 * </pre>
 */
final class Conv2dPacking {
  private Conv2dPacking() {}

  /** Panels of one group. */
  static int panels(CorrelationPass pass) {
    return (pass.outChannels() + GemmTile.COLUMNS - 1) / GemmTile.COLUMNS;
  }

  /** Floats of one packed panel. */
  static int panelSize(CorrelationPass pass) {
    return pass.depth() * GemmTile.COLUMNS;
  }

  /** Floats of all packed weights. */
  static int size(CorrelationPass pass) {
    return pass.groups() * panels(pass) * panelSize(pass);
  }

  /** Packs panel {@code index} of groups * panels; panel 0 begins at {@code packedAt}. */
  static void packPanel(
      CorrelationPass pass,
      Conv2dShape s,
      float[] w,
      int wOffset,
      int index,
      float[] packed,
      int packedAt) {
    int g = index / panels(pass);
    int from = index % panels(pass) * GemmTile.COLUMNS;
    int count = Math.min(GemmTile.COLUMNS, pass.outChannels() - from);
    int at = packedAt + index * panelSize(pass);
    for (int k = 0; k < pass.rows().taps(); k++) {
      for (int l = 0; l < pass.columns().taps(); l++) {
        int tap = pass.rows().tap(k) * s.kw() + pass.columns().tap(l);
        int wAt = wOffset + tap * s.icPerGroup() * s.oc() + g * s.ocPerGroup();
        int channelStep = pass.adjoint() ? 1 : s.oc();
        int outStep = pass.adjoint() ? s.oc() : 1;
        for (int c = 0; c < pass.inChannels(); c++) {
          int source = wAt + c * channelStep + from * outStep;
          for (int j = 0; j < count; j++) {
            packed[at + j] = w[source + j * outStep];
          }
          for (int j = count; j < GemmTile.COLUMNS; j++) {
            packed[at + j] = 0;
          }
          at += GemmTile.COLUMNS;
        }
      }
    }
  }
}
