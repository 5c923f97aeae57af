package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * Dense 3x3 convolution with stride 1 by Winograd's F(2x2, 3x3) in whole numbers: sixteen products
 * for four outputs instead of thirty-six, in 16-bit lanes, and exact.
 *
 * <p>Why it is exact although most of what it computes leaves 16 bits: every step is an addition or
 * a product of whole numbers (the weights' transform is scaled by 2 in each direction), so it may
 * wrap modulo 2^16 as it likes, as long as the result, 4 y, lies within 16 bits. Even and odd
 * channels stay apart, and channels are cut into chunks for which this holds:
 *
 * <pre>
 * 4 * 2^(ka-1) * max over o of (sum over taps and even (odd) channels of the chunk of |q - zero[o]|) &lt;= 2^15 - 1
 * </pre>
 *
 * <p>Weights are unpacked and transformed for every strip, so that they stay in memory at their
 * real width.
 *
 * <pre>
 * codes --widen, padded; input--&gt; V [16][tile][channel / 2] pairs of a strip of tiles
 * weights --expand, subtract zero; weights--&gt; U [16][step][lanes] of a block of columns and a chunk
 * V, U --products--&gt; M [16][vector][tile][lanes] --results--&gt; sums [vector][pixel][columns] --&gt; output stage
 * </pre>
 *
 * Sources: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016; residues:
 * Liu and Mattina, Efficient Residue Number System Based Winograd Convolution, arXiv 2007.12216.
 */
final class WinogradCodes {
  private static final int LANES = ShortVector.SPECIES_PREFERRED.length();
  private static final int COLUMNS = IntVector.SPECIES_PREFERRED.length();
  private static final int STEPS = WinogradTile.STEPS;
  private static final int POSITIONS = WinogradTransform.POSITIONS;
  private static final int TAPS = 9;

  /** Rows and columns of a tile's results. */
  private static final int SIDE = 2;

  /** Channels come in groups of so many. */
  private static final int CHANNELS = 2 * STEPS;

  /** Longest chunk: sixteen positions of it stay in the second-level cache. */
  private static final int MAX_GROUPS = 8;

  /** Tiles of a strip, for each of which the weights of a block are transformed. */
  private static final int TILES = 112;

  /** Fewer tiles do not pay for the transform of the weights. */
  private static final int MIN_TILES = 12;

  /** With 16 registers, fewer steps are faster with the weights in them. */
  private static final int MIN_RUN = 16;

  /** Cells of a strip: a megabyte, as much as a second-level cache holds. */
  private static final int CELLS = 1 << 18;

  private final Conv2dShape shape;
  private final Activations x;
  private final TiledWeights w;
  private final TileKernel.Shift shift;
  private final int[] start;
  private final TileStrips strips;
  private final int down;
  private final int vectors;
  private final int pixelSteps;
  private final int chunk;
  private final int centre;

  /**
   * Prepares a call.
   *
   * @param shift zero points of the weights
   * @param start what the sums start from, with the zero points subtracted
   * @param chunk steps of a pixel whose results fit into 16 bits, from {@link #chunk}
   */
  WinogradCodes(
      Conv2dShape shape,
      Activations x,
      TiledWeights w,
      TileKernel.Shift shift,
      int[] start,
      OutputStageSimd sink,
      int chunk) {
    this.shape = shape;
    this.x = x;
    this.w = w;
    this.shift = shift;
    this.start = start;
    this.chunk = chunk;
    this.pixelSteps = shape.ic() / 2;
    int most = Math.clamp(CELLS / (POSITIONS * pixelSteps), 1, TILES);
    this.strips = new TileStrips(shape, w, sink, SIDE, most);
    this.down = strips.down;
    this.vectors = strips.vectors;
    this.centre = w.tiles.centre(w.bits());
  }

  /** Whether this algorithm computes such a convolution, the widths and sizes aside. */
  static boolean suitsWindow(Conv2dShape s) {
    return s.kh() == 3
        && s.kw() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.groups() == 1
        && s.ic() % CHANNELS == 0;
  }

  /** Whether it pays, too. */
  static boolean suits(Conv2dShape s) {
    return suitsWindow(s) && TileStrips.tiles(s, SIDE) >= MIN_TILES;
  }

  /**
   * The steps of a chunk, a multiple of 8; 0 if not even 8 are exact.
   *
   * @param w [3, 3, ic, oc] codes
   * @param zero [oc]
   */
  static int chunk(CodeBits bits, int ic, int oc, TiledWeights w, int[] zero) {
    int groups = ic / CHANNELS;
    long limit = Short.MAX_VALUE >> (bits.activation() + 1);
    int most = Math.min(groups, MAX_GROUPS);
    long[] sums = new long[2 * groups];
    for (int o = 0; o < oc && most > 0; o++) {
      Arrays.fill(sums, 0);
      for (int tap = 0; tap < TAPS; tap++) {
        for (int c = 0; c < ic; c++) {
          sums[c / CHANNELS * 2 + c % 2] +=
              Math.abs(((ShortTile) w.tiles).code(w, tap * ic / 2 + c / 2, o, c % 2) - zero[o]);
        }
      }
      while (most > 0 && exceeds(sums, most, limit)) {
        most--;
      }
    }
    return most * STEPS;
  }

  private static boolean exceeds(long[] sums, int length, long limit) {
    for (int first = 0; first < sums.length; first += 2 * length) {
      long even = 0;
      long odd = 0;
      for (int i = first; i < Math.min(sums.length, first + 2 * length); i += 2) {
        even += sums[i];
        odd += sums[i + 1];
      }
      if (Math.max(even, odd) > limit) {
        return true;
      }
    }
    return false;
  }

  void run(Workers workers) {
    workers.run(strips.plan.tasks(), task -> strip(strips.plan.strip(task)));
  }

  private void strip(StripPlan.Strip strip) {
    int wide = strip.q1() - strip.q0();
    int tiles = strip.pixels();
    int[] cells = Scratch.ints(0, POSITIONS * tiles * pixelSteps);
    for (int row = strip.p0(); row < strip.p1(); row++) {
      loadRow(row, strip.q0(), wide, (row - strip.p0()) * wide, tiles, cells);
    }
    int[] acc = Scratch.ints(1, strips.sums(strip));
    for (int b = strip.b0(); b < strip.b1(); b++) {
      strips.fill(strip, start, b, acc);
      for (int s = 0; s < pixelSteps; s += chunk) {
        int steps = Math.min(chunk, pixelSteps - s);
        short[] m = products(tiles, cells, s, steps, weights(b, s, steps));
        addResults(m, tiles, wide, acc);
      }
      strips.store(strip, b, acc);
    }
  }

  /** acc += what a chunk gives, row by row of tiles. */
  private void addResults(short[] m, int tiles, int wide, int[] acc) {
    int plane = vectors * tiles * LANES;
    for (int first = 0; first < vectors * tiles; first += wide) {
      int to = first * 4 * COLUMNS;
      WinogradTransform.results(m, first * LANES, plane, wide, acc, to, 2 * wide * COLUMNS);
    }
  }

  /** V of a row of tiles: those from {@code q0} become tiles {@code first} .. of the strip. */
  private void loadRow(int row, int q0, int wide, int first, int tiles, int[] cells) {
    int channels = shape.ic();
    int columns = 2 * wide + 2;
    int stride = columns * channels;
    short[] pixels = Scratch.shorts(3, 4 * stride);
    int x0 = 2 * q0 - shape.padLeft();
    int y0 = row % down * 2 - shape.padTop();
    int left = Math.clamp(-x0, 0, columns);
    int right = Math.clamp(shape.w() - x0, left, columns);
    short zero = (short) (x.zero() - centre);
    for (int i = 0; i < 4; i++) {
      int y = y0 + i;
      int to = i * stride;
      if (y < 0 || y >= shape.h()) {
        Arrays.fill(pixels, to, to + stride, zero);
        continue;
      }
      int at = x.offset() + ((row / down * shape.h() + y) * shape.w() + x0 + left) * channels;
      Arrays.fill(pixels, to, to + left * channels, zero);
      WinogradTransform.widen(
          x.data(), at, (right - left) * channels, centre, pixels, to + left * channels);
      Arrays.fill(pixels, to + right * channels, to + stride, zero);
    }
    WinogradTransform.input(
        pixels, 0, stride, wide, channels, cells, first * pixelSteps, tiles * pixelSteps);
  }

  /** U of a block for the steps of a chunk. */
  private short[] weights(int block, int s, int steps) {
    int[] taps = Scratch.ints(2, TAPS);
    short[] packed = (short[]) w.codes;
    int bits = w.bits().weight();
    int per = ShortTile.perLane(bits);
    int words = (w.steps + per - 1) / per;
    int width = vectors * LANES;
    int room = (steps + 2 * per) * width;
    short[] panel = Scratch.shorts(0, TAPS * room);
    short[] u = Scratch.shorts(1, POSITIONS * steps * width);
    for (int tap = 0; tap < TAPS; tap++) {
      int t = tap * pixelSteps + s;
      int skip = t % per;
      ShortTile.expand(
          packed,
          (block * words + t / per) * width,
          skip + steps,
          bits,
          width,
          shift.zero(),
          block * w.tiles.columns(),
          panel,
          tap * room);
      taps[tap] = tap * room + skip * width;
    }
    WinogradTransform.weights(panel, taps, steps * width, u);
    return u;
  }

  private short[] products(int tiles, int[] cells, int s, int steps, short[] u) {
    int plane = vectors * tiles * LANES;
    int width = vectors * LANES;
    short[] m = Scratch.shorts(2, POSITIONS * plane);
    if (ShortRows.FEW_REGISTERS && vectors == 2 && steps >= MIN_RUN) {
      rows(tiles, cells, s, steps, u, m);
      return m;
    }
    for (int i = 0; i < POSITIONS; i++) {
      for (int t = 0; t < steps; t += STEPS) {
        int at = i * tiles * pixelSteps + s + t;
        int from = (i * steps + t) * width;
        int to = i * plane;
        if (vectors == 1) {
          WinogradTile.productOfOne(t == 0, cells, at, pixelSteps, tiles, u, from, m, to);
        } else {
          WinogradTile.productOfTwo(t == 0, cells, at, pixelSteps, tiles, u, from, m, to);
        }
      }
    }
    return m;
  }

  /** The products of all positions with sums in registers instead of weights. */
  private void rows(int tiles, int[] cells, int s, int steps, short[] u, short[] m) {
    int[] base = Scratch.ints(3, tiles);
    for (int i = 0; i < tiles; i++) {
      base[i] = i * pixelSteps;
    }
    int column = tiles * LANES;
    for (int i = 0; i < POSITIONS; i++) {
      int shift = i * tiles * pixelSteps + s;
      int from = i * steps * 2 * LANES;
      ShortRows.product(
          0, steps, shift, cells, base, tiles, u, from, m, i * 2 * column, LANES, column);
    }
  }
}
