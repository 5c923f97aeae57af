package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmPanelTile;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * One {@link CorrelationPass} by tiles of output pixels that follow one another across the ends of
 * rows; the windows under a tile are copied, then multiplied with all panels of the weights.
 *
 * <pre>
 * a[tap, channel / 16][pixel of the tile][channel % 16]
 * </pre>
 *
 * <p>So no tile is cut off where a row ends (of 7 pixels a tile of 6 rows leaves one over), and the
 * windows need not lie at a fixed distance. A pixel is copied for each window that it is in, which
 * the many output channels of strided layers pay for.
 *
 * <p>Times as fast as {@link PassTiles}, one thread, AMD Zen 3 (AVX2, noisy), by turns in one
 * process, medians; 256 images of ResNet-20, 16 of ResNet-18:
 *
 * <table>
 * <caption>by output channels (of the adjoint: channels of x)</caption>
 * <tr><th></th><th>16</th><th>32</th><th>64</th><th>128</th><th>256</th><th>512</th></tr>
 * <tr><td>3x3, stride 2</td><td></td><td>0.79 to 0.83</td><td>1.03 to 1.09</td><td>1.00 to 1.07</td><td>1.24</td><td>1.38, 1.46</td></tr>
 * <tr><td>its adjoint</td><td>0.51</td><td>0.76 to 0.80</td><td>0.87 to 0.92</td><td>1.00 to 1.12</td><td>1.21</td><td></td></tr>
 * <tr><td>1x1, stride 2</td><td></td><td></td><td>0.78</td><td>1.02</td><td>1.13</td><td>1.32</td></tr>
 * <tr><td>its adjoint</td><td></td><td>0.91</td><td>1.17</td><td>1.19</td><td></td><td></td></tr>
 * </table>
 *
 * <p>With 512 channels (maps of 7 pixels) tiles of 6 and 4 rows had computed 10 for 7. Single
 * images of ResNet-18, with the first layer of {@code GemmColourRows}: 1.11 and 1.07 with one and
 * two threads, its synthesis 1.04 and 1.06. At 32 channels and 144 terms the copies take a third of
 * the time. With 32 registers, where a tile of 8 rows suits 7 pixels, nothing of this was tried.
 */
final class GatheredTiles {
  private static final int SLOT_TILES = 4;
  private static final int SLOT_PRODUCT = 5;
  private static final int ROWS = GemmTile.ROWS;
  private static final int BLOCK = BlockCopy.BLOCK;

  /** Floats of the copies that are multiplied together: half of a common L2 cache. */
  private static final int TARGET = 1 << 16;

  /** Output channels from which on the copies pay. */
  private static final int LEAST_CHANNELS = 128;

  private final CorrelationPass pass;
  private final float[] packed;
  private final int packedAt;
  private final boolean add;
  private final float[] out;
  private final int outOffset;
  private final int width;
  private final int depth;
  private final boolean inOrder;

  /** Tiles with weights packed by {@link Conv2dPacking}; arguments as {@link PassTiles}. */
  GatheredTiles(
      CorrelationPass pass, float[] packed, int packedAt, boolean add, float[] out, int outOffset) {
    this.pass = pass;
    this.packed = packed;
    this.packedAt = packedAt;
    this.add = add;
    this.out = out;
    this.outOffset = outOffset;
    width = pass.columns().grid();
    depth = pass.depth();
    inOrder = !add && pass.rows().outStep() == 1 && width == pass.outW();
  }

  /** Whether this is the faster way for the pass of a strided convolution or of its adjoint. */
  static boolean suits(CorrelationPass pass) {
    return pass.groups() == 1
        && pass.inChannels() % BLOCK == 0
        && pass.inChannels() > 0
        && pass.outChannels() >= LEAST_CHANNELS
        && GemmPanelTile.suits(BLOCK)
        && (strided(pass.rows()) || strided(pass.columns()));
  }

  private static boolean strided(AxisPass axis) {
    return axis.stride() > 1 || axis.outStep() > 1;
  }

  /** Pixels of {@code count} grid rows from {@code first} on, as far as the pass has them. */
  int pixels(int first, int count) {
    return Math.max(0, Math.min(count, pass.rows().grid() - first)) * width;
  }

  /** Floats of a tile's copy. */
  int size() {
    return ROWS * depth;
  }

  /** Tiles that are copied together by one thread. */
  private int together() {
    return Math.max(1, TARGET / Math.max(1, size()));
  }

  /** Grid rows {@code first} .. {@code first + count - 1} of image n. */
  void run(int n, int first, int count, float[] in, int inOffset) {
    int pixels = pixels(first, count);
    int tiles = Math.ceilDiv(pixels, ROWS);
    int panels = Conv2dPacking.panels(pass);
    int together = Math.min(tiles, together());
    float[] a = Scratch.floats(SLOT_TILES, together * size());
    for (int tile = 0; tile < tiles; tile += together) {
      int end = Math.min(tiles, tile + together);
      gather(n, first, pixels, tile, end, in, inOffset, a, 0);
      multiply(n, first, pixels, tile, end, a, 0, panels);
    }
  }

  /**
   * The first pixel of a tile; the last one begins where it is whole if it may be written twice.
   */
  private int start(int tile, int pixels) {
    int start = tile * ROWS;
    return inOrder && pixels >= ROWS ? Math.min(start, pixels - ROWS) : start;
  }

  /** Copies the windows of tiles [from, to), to {@code aAt} on. */
  void gather(
      int n,
      int first,
      int pixels,
      int from,
      int to,
      float[] in,
      int inOffset,
      float[] a,
      int aAt) {
    for (int tile = from, at = aAt; tile < to; tile++, at += size()) {
      int start = start(tile, pixels);
      int count = Math.min(ROWS, pixels - start);
      for (int i = 0; i < count; i++) {
        int row = first + (start + i) / width;
        window(n, row, (start + i) % width, in, inOffset, a, at + i * BLOCK);
      }
    }
  }

  /** The window of one output pixel, in blocks of channels a tile's rows apart. */
  private void window(int n, int row, int column, float[] in, int inOffset, float[] a, int at) {
    AxisPass rows = pass.rows();
    AxisPass columns = pass.columns();
    int channels = pass.inChannels();
    int taps = columns.taps();
    int left = column * columns.stride() + columns.origin();
    int from = Math.min(taps, Math.ceilDiv(Math.max(0, -left), columns.step()));
    int end = Math.ceilDiv(Math.max(0, columns.inExtent() - left), columns.step());
    end = Math.clamp(end, from, taps);
    int reach = taps * ROWS * channels;
    int h = row * rows.stride() + rows.origin();
    for (int k = 0; k < rows.taps(); k++, h += rows.step(), at += reach) {
      if (h < 0 || h >= rows.inExtent()) {
        clear(a, at, taps * channels);
        continue;
      }
      clear(a, at, from * channels);
      clear(a, at + end * ROWS * channels, (taps - end) * channels);
      int line = inOffset + (n * rows.inExtent() + h) * columns.inExtent() * channels;
      int together = columns.step() == 1 ? end - from : 1;
      for (int l = from; l < end; l += together) {
        int source = line + (left + l * columns.step()) * channels;
        int to = at + l * ROWS * channels;
        BlockCopy.spread(in, source, together * channels, a, to, ROWS * BLOCK);
      }
    }
  }

  /** Zeros in place of {@code count} terms. */
  private static void clear(float[] a, int at, int count) {
    for (int c = 0; c < count; c += BLOCK) {
      Arrays.fill(a, at + c * ROWS, at + c * ROWS + BLOCK, 0);
    }
  }

  /** Tiles [from, to), of which {@code a} holds the copies, times panels [panel, end). */
  void multiply(int n, int first, int pixels, int from, int to, float[] a, int panel, int end) {
    int columns = GemmTile.COLUMNS;
    int whole = Math.clamp(pass.outChannels() / columns, panel, end);
    boolean near = GemmPanelTile.near(depth, end - panel);
    for (int p = panel, together; p < end; p += together) {
      together = p < whole && near ? whole - p : 1;
      int channel = p * columns;
      int count = Math.min(together * columns, pass.outChannels() - channel);
      int b = packedAt + channel * depth;
      for (int tile = from; tile < to; tile++) {
        int start = start(tile, pixels);
        int valid = Math.min(ROWS, pixels - start);
        tile(n, first, start, valid, together, channel, count, a, (tile - from) * size(), b);
      }
    }
  }

  private void tile(
      int n,
      int first,
      int start,
      int valid,
      int panels,
      int channel,
      int columns,
      float[] a,
      int at,
      int b) {
    if (inOrder && valid == ROWS) {
      int to = outOffset + pass.outAt(n, first, 0, 0) + start * pass.outPixel() + channel;
      GemmPanelTile.tiles(panels, columns, depth, a, at, packed, b, out, to, pass.outPixel());
      return;
    }
    float[] product = Scratch.floats(SLOT_PRODUCT, ROWS * columns);
    GemmPanelTile.tiles(panels, columns, depth, a, at, packed, b, product, 0, columns);
    for (int i = 0; i < valid; i++) {
      int to = outOffset + pass.outAt(n, first + (start + i) / width, (start + i) % width, 0);
      if (add) {
        AddTo.add(product, i * columns, out, to + channel, columns);
      } else {
        System.arraycopy(product, i * columns, out, to + channel, columns);
      }
    }
  }
}
