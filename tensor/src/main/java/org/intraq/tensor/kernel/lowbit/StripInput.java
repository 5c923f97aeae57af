package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * The packed input of one strip and one group: cells of all pixels that its windows touch, padding
 * included, and the sums of the codes of each window.
 *
 * <pre>
 * cells [rows][columns][cells of a pixel]; window (p, q) begins at row (p - p0) * rowStep, column (q - q0) * columnStep
 * </pre>
 *
 * <p>A 1-wide kernel skips what its stride skips: only touched columns (rows) are packed.
 */
final class StripInput {
  private static final int CELLS = 0;
  private static final int BASE = 2;
  private static final int OFFSETS = 3;
  private static final int PIXEL_SUMS = 4;
  private static final int WINDOW_SUMS = 5;

  private final Conv2dShape shape;
  private final Activations x;
  private final TileKernel tiles;
  private final CodeBits bits;
  private final StripPlan.Strip strip;
  private final int columnStride;
  private final int rowStride;
  private final int columns;
  private final int rows;
  private final int pixelCells;
  private final boolean sums;

  /** Cells; valid until the next strip of this thread. */
  int[] cells;

  /** First cell of every window, filled up to whole tiles. */
  int[] base;

  /** Offsets of the steps of a window. */
  int[] offsets;

  /** Sum of the activation codes of every window, if asked for. */
  int[] windowSums;

  StripInput(
      Conv2dShape shape,
      Activations x,
      TileKernel tiles,
      CodeBits bits,
      StripPlan.Strip strip,
      boolean sums) {
    this.sums = sums;
    this.shape = shape;
    this.x = x;
    this.tiles = tiles;
    this.bits = bits;
    this.strip = strip;
    this.columnStride = shape.kw() == 1 ? 1 : shape.strideW();
    this.rowStride = shape.kh() == 1 ? 1 : shape.strideH();
    this.columns =
        (strip.q1() - strip.q0() - 1) * columnStride + (shape.kw() - 1) * shape.dilationW() + 1;
    this.rows =
        (strip.p1() - strip.p0() - 1) * rowStride + (shape.kh() - 1) * shape.dilationH() + 1;
    this.pixelCells = tiles.steps(shape.icPerGroup()) * tiles.planes(bits);
  }

  /** Cells from one plane of a pixel to the next. */
  int planeStride() {
    return tiles.steps(shape.icPerGroup());
  }

  /** Packs one group. */
  void load(int group) {
    cells = Scratch.ints(CELLS, rows * columns * pixelCells);
    int[] pixelSums = sums ? Scratch.ints(PIXEL_SUMS, rows * columns) : null;
    int xStep = shape.kw() == 1 ? shape.strideW() : 1;
    int yStep = shape.kh() == 1 ? shape.strideH() : 1;
    int x0 = strip.q0() * shape.strideW() - shape.padLeft();
    int y0 = strip.p0() * shape.strideH() - shape.padTop();
    // Columns [left, right) of the strip lie inside the image.
    int left = Math.clamp((-x0 + xStep - 1) / xStep, 0, columns);
    int right = Math.clamp((shape.w() - 1 - x0 + xStep) / xStep, left, columns);
    for (int i = 0; i < rows; i++) {
      int y = y0 + i * yStep;
      boolean inside = y >= 0 && y < shape.h();
      int from = inside ? left : columns;
      int to = inside ? right : columns;
      pad(pixelSums, i, 0, from);
      pad(pixelSums, i, to, columns);
      if (from < to) {
        loadRow(group, y, x0 + from * xStep, xStep, to - from, pixelSums, i * columns + from);
      }
    }
    if (sums) {
      addWindows(pixelSums);
    }
  }

  private void loadRow(int group, int y, int x0, int xStep, int count, int[] pixelSums, int at) {
    int channels = shape.icPerGroup();
    int stride = xStep * shape.ic();
    int first = ((strip.n() * shape.h() + y) * shape.w() + x0) * shape.ic();
    byte[] codes = x.data();
    int codesAt = x.offset() + first + group * channels;
    if (x.packed()) {
      int size = (count - 1) * stride + shape.ic();
      codes = Scratch.bytes(0, size);
      BitPacking.unpackUnsigned(x.data(), x.offset(), first, size, x.bits(), codes, 0);
      codesAt = group * channels;
    }
    tiles.packPixels(bits, codes, codesAt, stride, count, channels, cells, at * pixelCells);
    for (int i = 0; sums && i < count; i++) {
      pixelSums[at + i] = Bytes.sum(codes, codesAt + i * stride, channels);
    }
  }

  /** Fills columns [from, to) of a row with the code of zero. */
  private void pad(int[] pixelSums, int row, int from, int to) {
    if (from >= to) {
      return;
    }
    int channels = shape.icPerGroup();
    byte[] codes = Scratch.bytes(0, channels);
    Arrays.fill(codes, 0, channels, (byte) x.zero());
    int first = (row * columns + from) * pixelCells;
    tiles.packPixels(bits, codes, 0, 0, 1, channels, cells, first);
    for (int i = 1; i < to - from; i++) {
      System.arraycopy(cells, first, cells, first + i * pixelCells, pixelCells);
    }
    if (sums) {
      Arrays.fill(pixelSums, row * columns + from, row * columns + to, channels * x.zero());
    }
  }

  /** windowSums = box sums of the pixel sums. */
  private void addWindows(int[] pixelSums) {
    int across = strip.q1() - strip.q0();
    windowSums = Scratch.ints(WINDOW_SUMS, strip.pixels());
    for (int i = 0; i < strip.pixels(); i++) {
      int at = i / across * rowStride * columns + i % across * columnStride;
      int sum = 0;
      for (int r = 0; r < shape.kh(); r++) {
        for (int s = 0; s < shape.kw(); s++) {
          sum += pixelSums[at + r * shape.dilationH() * columns + s * shape.dilationW()];
        }
      }
      windowSums[i] = sum;
    }
  }

  /**
   * Computes the first cells of the windows and the offsets of the steps, the same for all groups.
   */
  void locate() {
    int across = strip.q1() - strip.q0();
    int windows = strip.pixels();
    int filled = (windows + tiles.rows() - 1) / tiles.rows() * tiles.rows();
    base = Scratch.ints(BASE, filled);
    int i = 0;
    for (int row = 0; i < windows; row += rowStride * columns) {
      for (int q = 0; q < across; q++) {
        base[i++] = (row + q * columnStride) * pixelCells;
      }
    }
    Arrays.fill(base, windows, filled, base[windows - 1]);
    int steps = planeStride();
    offsets = Scratch.ints(OFFSETS, shape.kh() * shape.kw() * steps);
    int at = 0;
    for (int r = 0; r < shape.kh(); r++) {
      for (int s = 0; s < shape.kw(); s++) {
        int pixel = r * shape.dilationH() * columns + s * shape.dilationW();
        for (int t = 0; t < steps; t++) {
          offsets[at++] = pixel * pixelCells + t;
        }
      }
    }
  }
}
