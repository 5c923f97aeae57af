package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.Scratch;

/** Tiles whose windows may lie anywhere: every cell is read at an offset of its own. */
abstract class GatherShortTile extends ShortTile {
  /**
   * The sums of steps {@code from} to {@code to - 1} of {@link #rows} windows in 16 bits.
   *
   * @param first step of the window at which the panel begins
   * @param base first cells of the windows, from {@code at}
   * @param panel [steps][vectors][lanes]
   * @param partial receives [rows][vectors][lanes]
   */
  abstract void tile(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int at,
      short[] panel,
      short[] partial);

  @Override
  final void block(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int windows,
      short[] panel,
      int[] acc,
      int at,
      int stride) {
    int rows = rows();
    int width = vectors() * LANES;
    short[] partial = Scratch.shorts(1, rows * width);
    for (int m = 0; m < windows; m += rows) {
      tile(from, to, cells, offsets, first, base, m, panel, partial);
      addPairs(partial, rows, width, acc, at + m * stride, stride);
    }
  }
}
