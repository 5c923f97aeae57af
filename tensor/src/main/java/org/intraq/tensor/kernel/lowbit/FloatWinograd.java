package org.intraq.tensor.kernel.lowbit;

import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.ACROSS;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.POINTS;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.SIDE;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmBlocks;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * Dense 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3) in whole numbers: thirty-six
 * products for sixteen outputs instead of a hundred and forty-four, by the fused multiply-adds of
 * f32, and exact.
 *
 * <p>Why it is exact: with the points 0, 1, -1, 2, -2 all three transforms have whole entries once
 * the weights' is multiplied by the denominators, which makes the results 576 y. Transformed codes
 * and weights are then small whole numbers, and f32 adds up their products without rounding as long
 * as no sum exceeds 2^24; chunks of channels are cut so that none can, as {@link
 * FloatWinogradWeights#channels} finds out from the weights. The way back is in 32-bit integers
 * ({@link FloatWinogradOutput}).
 *
 * <p>Weights stay in memory at their real width; a block of columns is unpacked and transformed for
 * every strip. Where there are few strips of many columns, each is shared out: its rows of tiles
 * (unless they are so few that every part makes all of V for itself), then its blocks.
 *
 * <pre>
 * codes --padded; columns in 16 bits; rows--&gt; V [36][channel / 16][tile][16] of a strip of tiles
 * weights --expand, subtract zero; weights--&gt; U [36][panel][channel][columns] of a block
 * V, U --products--&gt; M [36][tile][columns] --results--&gt; sums [vector][pixel][columns] --&gt; output stage
 * </pre>
 *
 * Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
 */
final class FloatWinograd {
  private static final int BLOCK = GemmBlockTile.BLOCK;
  private static final int TAPS = 9;

  /** Lanes of the widest vector of shorts that the transforms are written for. */
  private static final int MOST_LANES = 32;

  /**
   * With fewer tiles it does not pay; where columns are not shared out, with fewer than two strips.
   */
  private static final int MIN_TILES = 8;

  /** Floats of V of a strip: half of a second-level cache ... */
  private static final int STRIP = 1 << 16;

  /** ... but so many tiles: to transform the weights is as much work as up to five of them ... */
  private static final int MANY_TILES = 56;

  /** ... with 16 and 32 channels, two or three; and fewer where there would be few strips. */
  private static final int FEW_TILES = 8;

  /** Channels in times out from which on few tiles are twice as many. */
  private static final int MANY_WEIGHTS = 2048;

  /** With so many strips none is shared out. */
  private static final int ENOUGH = 4;

  /** Output channels of a part at least, so that threads share few cache lines of codes. */
  private static final int PART = 64;

  /** Tiles times channels from which on threads transform a share each, not each all for itself. */
  private static final int SHARED_INPUT = 1600;

  private static final int SLOT_V = 2;
  private static final int SLOT_U = 3;
  private static final int SLOT_M = 4;
  private static final int SLOT_SHARED_V = 5;

  private final Conv2dShape shape;
  private final Activations x;
  private final TiledWeights w;
  private final int[] zero;
  private final int[] start;
  private final TileStrips strips;
  private final StripPlan plan;
  private final int chunk;
  private final boolean wide;
  private final int columns;

  /** Floats from one point of U of a block to the next. */
  private final int uStep;

  /**
   * Prepares a call.
   *
   * @param zero zero points of the weights, block by block
   * @param start what sums of codes as they are start from, with those subtracted
   * @param found what {@link TiledWeights#floatWinograd} found out
   */
  FloatWinograd(
      Conv2dShape shape,
      Activations x,
      TiledWeights w,
      int[] zero,
      int[] start,
      OutputStageSimd sink,
      TiledWeights.Winograd found) {
    this.shape = shape;
    this.x = x;
    this.w = w;
    this.zero = zero;
    this.start = start;
    this.chunk = found.channels();
    this.wide = found.wide();
    this.columns = w.tiles.columns();
    this.uStep = GemmBlocks.pointStep(shape.ic() * columns);
    this.strips = new TileStrips(shape, w, sink, SIDE, tiles());
    int parts = strips.plan.rectangles() < ENOUGH ? shape.oc() / PART : 1;
    this.plan = strips.plan.inParts(parts);
  }

  /** Tiles that a strip aims at. */
  private int tiles() {
    int most = Math.max(MANY_TILES, Math.ceilDiv(STRIP, POINTS * shape.ic()));
    return sharesColumns(shape)
        ? most
        : Math.clamp(TileStrips.tiles(shape, SIDE) / ENOUGH, fewTiles(shape), most);
  }

  private static boolean sharesColumns(Conv2dShape s) {
    return s.oc() >= 2 * PART;
  }

  private static int fewTiles(Conv2dShape s) {
    return s.ic() * s.oc() < MANY_WEIGHTS ? FEW_TILES : 2 * FEW_TILES;
  }

  /** Whether this algorithm computes such a convolution, the widths and sizes aside. */
  static boolean suitsWindow(Conv2dShape s, TileKernel tiles) {
    return tiles instanceof ShortTile
        && WinogradCodes.suitsWindow(s)
        && tiles.columns() % GemmTile.COLUMNS == 0
        && ShortVector.SPECIES_PREFERRED.length() <= MOST_LANES;
  }

  /** Whether it pays, too; with 512 bits it was not measured. */
  static boolean suits(Conv2dShape s, TileKernel tiles) {
    return ShortRows.FEW_REGISTERS
        && suitsWindow(s, tiles)
        && TileStrips.tiles(s, SIDE) >= (sharesColumns(s) ? MIN_TILES : 2 * fewTiles(s));
  }

  /**
   * What is to be known of weights, which suit.
   *
   * @param zero zero points of the weights [OC]
   * @param steps what is known already
   */
  static TiledWeights.Winograd find(Conv2dShape s, TiledWeights w, int[] zero, int steps) {
    int narrow =
        FloatWinogradWeights.channels(
            w.bits(), s.ic(), s.oc(), w, zero, FloatWinogradWeights.NARROW);
    int channels =
        narrow == s.ic()
            ? narrow
            : FloatWinogradWeights.channels(
                w.bits(), s.ic(), s.oc(), w, zero, FloatWinogradWeights.WIDE);
    if (channels == 0) {
      return new TiledWeights.Winograd(zero, steps, 0, false);
    }
    int chunks = Math.ceilDiv(s.ic(), channels);
    int chunk = Math.ceilDiv(s.ic() / BLOCK, chunks) * BLOCK;
    return new TiledWeights.Winograd(zero, steps, chunk, chunk > narrow);
  }

  void run(Workers workers) {
    int parts = plan.parts();
    for (int first = 0; parts > 1 && first < plan.tasks(); first += parts) {
      StripPlan.Strip strip = plan.strip(first);
      if (workers.threads() == 1 || strip.pixels() * shape.ic() >= SHARED_INPUT) {
        shareOut(workers, first);
      } else {
        int from = first;
        workers.run(parts, part -> strip(plan.strip(from + part)));
      }
    }
    if (parts == 1) {
      workers.run(plan.tasks(), task -> strip(plan.strip(task)));
    }
  }

  private void strip(StripPlan.Strip strip) {
    float[] v = Scratch.aligned(SLOT_V, size(strip));
    for (int row = strip.p0(); row < strip.p1(); row++) {
      loadRow(strip, row, v);
    }
    columns(strip, v);
  }

  /** A strip, of which a task is a row of tiles, and then a part of the blocks of columns. */
  private void shareOut(Workers workers, int first) {
    StripPlan.Strip strip = plan.strip(first);
    float[] v = Scratch.aligned(SLOT_SHARED_V, size(strip));
    workers.run(strip.p1() - strip.p0(), row -> loadRow(strip, strip.p0() + row, v));
    workers.run(plan.parts(), part -> columns(plan.strip(first + part), v));
  }

  private static int blockStep(StripPlan.Strip strip) {
    return (strip.pixels() + GemmTile.ROWS) * BLOCK;
  }

  /** Floats from one point of V of a strip to the next. */
  private int vStep(StripPlan.Strip strip) {
    return GemmBlocks.pointStep(shape.ic() / BLOCK * blockStep(strip));
  }

  private int size(StripPlan.Strip strip) {
    return POINTS * vStep(strip);
  }

  /** From V to the output stage, for the strip's blocks of columns. */
  private void columns(StripPlan.Strip strip, float[] v) {
    int[] acc = Scratch.ints(1, strips.sums(strip));
    float[] u = Scratch.aligned(SLOT_U, POINTS * uStep);
    int at = Scratch.LINE_START;
    for (int b = strip.b0(); b < strip.b1(); b++) {
      weights(b, u);
      strips.fill(strip, start, b, acc);
      for (int c = 0; c < shape.ic(); c += chunk) {
        int channels = Math.min(chunk, shape.ic() - c);
        float[] m = products(strip, v, c, channels, u, at + c * GemmTile.COLUMNS);
        addResults(strip, m, acc);
      }
      strips.store(strip, b, acc);
    }
  }

  /** V of a row of tiles of a strip. */
  private void loadRow(StripPlan.Strip strip, int row, float[] v) {
    int channels = shape.ic();
    int q0 = strip.q0();
    int wide = strip.q1() - q0;
    int across = SIDE * wide + 2;
    int stride = across * channels;
    byte[] pixels = Scratch.bytes(2, ACROSS * stride);
    int x0 = SIDE * q0 - shape.padLeft();
    int y0 = row % strips.down * SIDE - shape.padTop();
    int left = Math.clamp(-x0, 0, across);
    int right = Math.clamp(shape.w() - x0, left, across);
    // Beyond the padding lies what no result needs; it may not be larger than a code, though.
    byte nothing = (byte) Math.clamp(x.zero(), 0, (1 << x.bits()) - 1);
    for (int i = 0; i < ACROSS; i++) {
      int y = y0 + i;
      int first = i * stride;
      if (y < 0 || y >= shape.h() || left == right) {
        Arrays.fill(pixels, first, first + stride, nothing);
        continue;
      }
      int at =
          x.offset() + ((row / strips.down * shape.h() + y) * shape.w() + x0 + left) * channels;
      Arrays.fill(pixels, first, first + left * channels, nothing);
      System.arraycopy(x.data(), at, pixels, first + left * channels, (right - left) * channels);
      Arrays.fill(pixels, first + right * channels, first + stride, nothing);
    }
    short[] t = Scratch.shorts(3, ACROSS * stride);
    FloatWinogradInput.columns(pixels, stride, stride, t);
    int to = Scratch.LINE_START + (row - strip.p0()) * wide * BLOCK;
    FloatWinogradInput.rows(t, stride, channels, wide, v, to, blockStep(strip), vStep(strip));
  }

  /** U of a block [point][panel][channel][columns]. */
  private void weights(int block, float[] u) {
    int[] taps = Scratch.ints(2, TAPS);
    int steps = shape.ic() / 2;
    int bits = w.bits().weight();
    int per = ShortTile.perLane(bits);
    int words = (w.steps + per - 1) / per;
    int width = 2 * columns;
    int room = (steps + 2 * per) * width;
    short[] panel = Scratch.shorts(0, TAPS * room);
    for (int tap = 0; tap < TAPS; tap++) {
      int t = tap * steps;
      int skip = t % per;
      int from = (block * words + t / per) * width;
      int to = tap * room;
      ShortTile.expand(
          (short[]) w.codes, from, skip + steps, bits, width, zero, block * columns, panel, to);
      taps[tap] = to + skip * width;
    }
    int panelStep = shape.ic() * GemmTile.COLUMNS;
    int uAt = Scratch.LINE_START;
    FloatWinogradWeights.transform(panel, taps, steps, width, u, uAt, panelStep, uStep);
  }

  /** M of all points, for {@code channels} channels from {@code c} on. */
  private float[] products(
      StripPlan.Strip strip, float[] v, int c, int channels, float[] u, int uAt) {
    int tiles = strip.pixels();
    int blockStep = blockStep(strip);
    int vStep = vStep(strip);
    int vAt = Scratch.LINE_START + c / BLOCK * blockStep;
    int panelStep = shape.ic() * GemmTile.COLUMNS;
    int mStep = GemmBlocks.pointStep((tiles + GemmTile.ROWS) * columns);
    float[] m = Scratch.aligned(SLOT_M, POINTS * mStep);
    int large = GemmTile.largeRows(tiles);
    int[] segments = GemmBlocks.segments(channels, blockStep);
    int panels = columns / GemmTile.COLUMNS;
    for (int point = 0; point < POINTS; point++) {
      for (int panel = 0, together; panel < panels; panel += together) {
        together = GemmTile.together(panel, columns);
        GemmBlocks.run(
            together,
            tiles,
            large,
            segments,
            blockStep,
            channels,
            v,
            vAt + point * vStep,
            u,
            uAt + point * uStep + panel * panelStep,
            panelStep,
            m,
            Scratch.LINE_START + point * mStep + panel * GemmTile.COLUMNS,
            columns);
      }
    }
    return m;
  }

  /** acc += what a chunk gives, row by row of tiles. */
  private void addResults(StripPlan.Strip strip, float[] m, int[] acc) {
    int lanes = IntVector.SPECIES_PREFERRED.length();
    int tiles = strip.pixels();
    int across = strip.q1() - strip.q0();
    int mStep = GemmBlocks.pointStep((tiles + GemmTile.ROWS) * columns);
    int stride = SIDE * across * lanes;
    for (int vector = 0; vector < strips.vectors; vector++) {
      for (int first = 0; first < tiles; first += across) {
        int from = Scratch.LINE_START + first * columns + vector * lanes;
        int to = (vector * tiles + first) * SIDE * SIDE * lanes;
        FloatWinogradOutput.results(wide, m, from, mStep, columns, across, acc, to, stride);
      }
    }
  }
}
