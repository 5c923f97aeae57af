package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.Scratch;

/**
 * {@link ShortRows} along runs of neighbouring cells, for processors of 16 vector registers.
 * Weights lie as in {@link WideShortTile}.
 *
 * <p>A row of a window is a run where the convolution is not dilated, all of a pixel otherwise; the
 * sums of every run are widened.
 */
final class RunShortTile extends ShortTile {
  @Override
  public int rows() {
    return ShortRows.MR;
  }

  @Override
  int vectors() {
    return 2;
  }

  @Override
  void block(
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
    int width = vectors() * LANES;
    short[] partial = Scratch.shorts(1, windows * width);
    int end;
    for (int t = from; t < to; t = end) {
      end = ShortRows.runEnd(offsets, first, t, to);
      int shift = offsets[first + t] - t;
      ShortRows.product(t, end, shift, cells, base, windows, panel, 0, partial, 0, width, LANES);
      addPairs(partial, windows, width, acc, at, stride);
    }
  }
}
