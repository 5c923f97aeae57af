package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmTile} for the windows of an image with three channels, tile after tile along a row of
 * output pixels: K goes by taps of three terms that lie side by side, and a pixel's window begins
 * one or two pixels behind its neighbour's, so that the image's rows are read as they are.
 *
 * <pre>
 * c[i, j] = sum over t &lt; depth / 3, u &lt; 3 of
 *     a[aBase + seg[t] + u + i * 3 * stride] * b[bBase + (3 * t + u) * COLUMNS + j]
 * </pre>
 *
 * <p>For 16 registers of 256 bits, with the fences of {@link GemmPanelTile}. Every sum runs over K
 * in the same order as in {@link GemmTile}, so the results are the same bits.
 *
 * <p>Before, the columns of an image were dealt out to planes, one for each channel and remainder
 * of the stride (a fifth of the time), and a tile went by taps of three steps in a loop of two
 * levels. First layers, one thread, AMD Zen 3 (AVX2, noisy), ms by turns in one process, medians of
 * both and of their ratio:
 *
 * <table>
 * <caption>before, after</caption>
 * <tr><th>16 images 224x224/2, 3x3: 3 to 24</th><th>3 to 32</th><th>7x7: 3 to 64</th><th>256 of 32x32, 3x3: 3 to 16</th></tr>
 * <tr><td>9.8, 5.7: 1.74</td><td>13.0, 7.6: 1.69</td><td>103, 55: 1.80</td><td>7.6, 5.1: 1.48</td></tr>
 * </table>
 *
 * <p>Of what is left of 3 to 24 channels a third goes to the last 8 (six sums do not fill the
 * latency of two multiply-add units), a tenth to the copy. With 32 registers nothing of this was
 * tried.
 */
public final class GemmColourRows {
  /** Channels of the image. */
  public static final int CHANNELS = 3;

  private static final int HALF = GemmTile.COLUMNS / 2;

  private GemmColourRows() {}

  /** Whether this is the faster way for windows {@code stride} pixels apart. */
  public static boolean suits(int stride) {
    return !GemmTile.MANY_REGISTERS && (stride == 1 || stride == 2);
  }

  /** Whether {@link #run} computes so many rows and columns of C. */
  public static boolean fits(int rows, int columns) {
    return rows >= GemmTile.SMALL_ROWS && (columns == GemmTile.COLUMNS || columns == HALF);
  }

  /**
   * All rows; the last tile begins where it has all of its rows: what is computed twice has the
   * same bits.
   *
   * @param columns of C, as {@link #fits} says
   * @param seg the starts of A's taps
   */
  public static void run(
      int rows,
      int columns,
      int stride,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    int pixel = stride * CHANNELS;
    boolean half = columns == HALF;
    int large = Math.min(GemmTile.largeRows(rows), rows / GemmTile.ROWS * GemmTile.ROWS);
    int tiles = large / GemmTile.ROWS;
    tiles(GemmTile.ROWS, tiles, half, stride, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    int small = GemmTile.SMALL_ROWS;
    for (int i = large; i < rows; i += small) {
      int row = Math.min(i, rows - small);
      int at = aBase + row * pixel;
      tiles(small, 1, half, stride, seg, depth, a, at, b, bBase, c, cBase + row * ldc, ldc);
    }
  }

  /** The smallest tile that has at least {@code rows} rows; it reads and writes all of its own. */
  public static void tile(
      int rows,
      int stride,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cAt,
      int ldc) {
    int all = GemmTile.tileRows(rows);
    tiles(all, 1, false, stride, seg, depth, a, aBase, b, bBase, c, cAt, ldc);
  }

  private static void tiles(
      int rows,
      int tiles,
      boolean half,
      int stride,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    if (stride == 2) {
      if (rows == GemmTile.SMALL_ROWS) {
        if (half) {
          GemmColourStride2RowsKernels.half4(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
        } else {
          GemmColourStride2RowsKernels.rows4(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
        }
      } else if (half) {
        GemmColourStride2RowsKernels.half6(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
      } else {
        GemmColourStride2RowsKernels.rows6(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
      }
    } else if (rows == GemmTile.SMALL_ROWS) {
      if (half) {
        GemmColourRowsKernels.half4(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
      } else {
        GemmColourRowsKernels.rows4(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
      }
    } else if (half) {
      GemmColourRowsKernels.half6(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    } else {
      GemmColourRowsKernels.rows6(tiles, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    }
  }
}
