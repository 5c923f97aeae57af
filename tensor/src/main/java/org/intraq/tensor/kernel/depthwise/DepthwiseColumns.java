package org.intraq.tensor.kernel.depthwise;

/**
 * Target columns [from, to) that are done in tiles; the others are done one by one.
 *
 * @param tile columns of a {@link DepthwiseRowTile}, whose ends may hang over the border by one; 0
 *     for the tiles whose windows are whole
 */
record DepthwiseColumns(int from, int to, int tile) {
  /** For a problem. */
  static DepthwiseColumns of(DepthwiseGeometry g) {
    if (g.c() < DepthwiseTile.LANES) {
      return new DepthwiseColumns(g.outW(), g.outW(), 0);
    }
    if (g.kw() == 3 && g.dilationW() == 1 && g.strideW() == 1) {
      int from = g.firstTiled();
      int to = Math.max(from, g.endTiled());
      int width = to - from;
      boolean eight = Math.ceilDiv(width, 8) * 8 < Math.ceilDiv(width, 7) * 7;
      if (width >= (eight ? 8 : 7)) {
        return new DepthwiseColumns(from, to, eight ? 8 : 7);
      }
    }
    int from = 0;
    int to = g.outW();
    for (int t = 0; t < g.kw(); t++) {
      from = Math.max(from, g.firstColumn(t));
      to = Math.min(to, g.endColumn(t));
    }
    from = Math.min(from, g.outW());
    return new DepthwiseColumns(from, Math.max(from, to), 0);
  }
}
