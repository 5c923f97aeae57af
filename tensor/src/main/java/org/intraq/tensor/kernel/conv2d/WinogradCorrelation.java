package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockRows;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.kernel.gemm.GemmWideBlockRows;
import org.intraq.tensor.parallel.Workers;

/**
 * Runs a 3x3 {@link CorrelationPass} of stride 1 by Winograd's F(4x4, 3x3): a quarter of the
 * multiplications.
 *
 * <pre>
 * for each block of output tiles of 4x4 pixels        (a task)
 *   for each row of tiles
 *     copy the input, padded                           d[6 rows][column][channel]
 *     transform each tile of 6x6                       V[point][channel / 16][tile][16]
 *   for each of 36 points: a product V[point] U[point] M[point][tile][out channel]
 *   transform back                                     y
 * </pre>
 *
 * <p>Accuracy: the error of an output is bounded by (IC + 13) * eps times what the same algorithm
 * gives with the absolute values of all its matrices and operands; in practice 1e-6 to 1e-5 of the
 * largest output. NaN and infinity spread to the other outputs of their 4x4 tile (as NaN).
 *
 * <p>Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
 */
final class WinogradCorrelation {
  private static final int SIDE = WinogradInput.SIDE;
  private static final int POINTS = WinogradInput.POINTS;
  private static final int BLOCK = GemmBlockTile.BLOCK;

  /** Floats of V and M together, so that they stay in the L2 cache beside the weights. */
  private static final int TARGET = 96 << 10;

  /** Weights beyond this many floats come from farther away for every block of tiles ... */
  private static final int NEAR_WEIGHTS = 1 << 18;

  /** ... and so each block should have this many tiles. */
  private static final int MANY_TILES = 56;

  /**
   * Transformed weights beyond this many floats (512 to 512 channels) would take too much memory.
   */
  private static final int LARGEST_WEIGHTS = 10 << 20;

  private static final int PAGE = 1024;
  private static final int SLOT_COPY = 8;

  /** d, V, M and a row of tiles in one array, all beginning at cache lines. */
  private static final int SLOT_WORK = 9;

  private final CorrelationPass pass;
  private final boolean add;
  private final int tilesDown;
  private final int tilesAcross;
  private final int channels;
  private final int outChannels;
  private final int panels;
  private final int imagesPerTask;
  private final int rowsPerTask;
  private final int[] segments;
  private final int paddedTiles;
  private final int vStep;
  private final int mStep;
  private final int pitch;
  private final int vAt;
  private final int mAt;
  private final int rowAt;

  private WinogradCorrelation(CorrelationPass pass, boolean add) {
    this.pass = pass;
    this.add = add;
    tilesDown = ceilDiv(pass.rows().grid(), SIDE);
    tilesAcross = ceilDiv(pass.columns().grid(), SIDE);
    channels = pass.inChannels();
    outChannels = pass.outChannels();
    panels = outChannels / GemmTile.COLUMNS;
    int least = POINTS * channels * outChannels > NEAR_WEIGHTS ? MANY_TILES : GemmTile.ROWS;
    int wanted = Math.max(least, TARGET / POINTS / (channels + outChannels));
    int perImage = tilesDown * tilesAcross;
    rowsPerTask = share(tilesDown, (double) wanted / tilesAcross);
    imagesPerTask = rowsPerTask < tilesDown ? 1 : share(pass.images(), (double) wanted / perImage);
    // A large tile may run over the last rows.
    paddedTiles = imagesPerTask * rowsPerTask * tilesAcross + GemmTile.ROWS;
    vStep = pointStep(channels * paddedTiles);
    mStep = pointStep(outChannels * paddedTiles);
    pitch = (tilesAcross * SIDE + 2) * channels;
    vAt = Scratch.LINE_START + WinogradInput.ACROSS * pitch;
    mAt = vAt + POINTS * vStep;
    rowAt = mAt + POINTS * mStep;
    segments = new int[channels / BLOCK];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = i * paddedTiles * BLOCK;
    }
  }

  /** Of about {@code wanted} things a part, in parts that are alike. */
  private static int share(int all, double wanted) {
    int parts = (int) Math.clamp(Math.round(all / wanted), 1, Math.max(1, all));
    return Math.max(1, ceilDiv(all, parts));
  }

  /**
   * From one point's array to the next: the lines of all points at one place are written or read
   * together, and would share a few sets of the cache if they lay a power of two apart.
   */
  static int pointStep(int size) {
    return ceilDiv(size, PAGE) * PAGE + 3 * BLOCK;
  }

  /** Whether the pass has the form that this class computes, and is likely to gain by it. */
  static boolean suits(CorrelationPass pass) {
    return pass.groups() == 1
        && plain(pass.rows())
        && plain(pass.columns())
        && pass.inChannels() % BLOCK == 0
        && pass.outChannels() % BLOCK == 0
        && POINTS * pass.inChannels() * pass.outChannels() <= LARGEST_WEIGHTS;
  }

  private static boolean plain(AxisPass axis) {
    return axis.taps() == 3
        && axis.step() == 1
        && axis.stride() == 1
        && axis.outStep() == 1
        && axis.grid() >= SIDE;
  }

  /** Floats of the transformed weights. */
  static int weightSize(CorrelationPass pass) {
    return POINTS * weightStep(pass);
  }

  private static int weightStep(CorrelationPass pass) {
    return pointStep(pass.inChannels() * pass.outChannels());
  }

  /** Transforms one panel of weights: u[point * weightStep + (panel * IC + c) * COLUMNS + j]. */
  static void packPanel(
      CorrelationPass pass, Conv2dShape s, float[] w, int wOffset, int panel, float[] u) {
    int columns = GemmTile.COLUMNS;
    float[] filters = Scratch.floats(SLOT_COPY, BLOCK * 9 * columns);
    for (int c = 0; c < pass.inChannels(); c += BLOCK) {
      for (int t = 0; t < 9; t++) {
        int tap = pass.rows().tap(t / 3) * 3 + pass.columns().tap(t % 3);
        int at = wOffset + tap * s.ic() * s.oc();
        if (pass.adjoint()) {
          transposedTap(w, at + panel * columns * s.oc() + c, s.oc(), t, filters);
        } else {
          for (int i = 0; i < BLOCK; i++) {
            int source = at + (c + i) * s.oc() + panel * columns;
            System.arraycopy(w, source, filters, (i * 9 + t) * columns, columns);
          }
        }
      }
      for (int i = 0; i < BLOCK; i++) {
        int to = (panel * pass.inChannels() + c + i) * columns;
        WinogradWeights.transform(filters, i * 9 * columns, u, to, weightStep(pass));
      }
    }
  }

  /** One tap's block of the weights read transposed, along the rows that they are stored in. */
  private static void transposedTap(float[] w, int at, int step, int tap, float[] filters) {
    for (int j = 0; j < GemmTile.COLUMNS; j++) {
      for (int i = 0; i < BLOCK; i++) {
        filters[(i * 9 + tap) * GemmTile.COLUMNS + j] = w[at + j * step + i];
      }
    }
  }

  /**
   * Computes the pass with weights transformed by {@link #packPanel}; with {@code add} its results
   * are added to what {@code out} holds.
   */
  static void run(
      Workers workers,
      CorrelationPass pass,
      InputRows in,
      float[] u,
      boolean add,
      float[] out,
      int outOffset,
      OutputRows after) {
    if (pass.images() == 0) {
      return;
    }
    WinogradCorrelation job = new WinogradCorrelation(pass, add);
    int strips = ceilDiv(job.tilesDown, job.rowsPerTask);
    int groups = ceilDiv(pass.images(), job.imagesPerTask);
    workers.run(
        strips * groups,
        task -> job.block(task / strips, task % strips, in, u, out, outOffset, after));
  }

  private void block(
      int group, int strip, InputRows in, float[] u, float[] out, int outOffset, OutputRows after) {
    int firstImage = group * imagesPerTask;
    int images = Math.min(imagesPerTask, pass.images() - firstImage);
    int firstRow = strip * rowsPerTask;
    int rows = Math.min(rowsPerTask, tilesDown - firstRow);
    int perImage = rows * tilesAcross;
    float[] work = Scratch.aligned(SLOT_WORK, rowAt + SIDE * SIDE * tilesAcross * outChannels);
    clearSides(work);
    for (int i = 0; i < images; i++) {
      transformInput(in, firstImage + i, firstRow, rows, i * perImage, work);
    }
    multiply(images * perImage, u, work);
    for (int i = 0; i < images; i++) {
      transformOutput(work, i * perImage, firstImage + i, firstRow, rows, out, outOffset);
      int pixelRows = Math.min(rows * SIDE, pass.rows().grid() - firstRow * SIDE);
      after.done(firstImage + i, firstRow * SIDE, pixelRows);
    }
  }

  /** Columns of d before the first pixel of the input. */
  private int left() {
    return Math.clamp(-pass.columns().origin(), 0, pitch / channels);
  }

  /** The column of d behind the last pixel of the input. */
  private int right() {
    AxisPass columns = pass.columns();
    return Math.clamp((long) columns.inExtent() - columns.origin(), left(), pitch / channels);
  }

  private void clearSides(float[] work) {
    for (int l = 0; l < WinogradInput.ACROSS; l++) {
      int at = Scratch.LINE_START + l * pitch;
      Arrays.fill(work, at, at + left() * channels, 0);
      Arrays.fill(work, at + right() * channels, at + pitch, 0);
    }
  }

  /** V of some rows of tiles: each row of tiles keeps the last two rows of d of the one before. */
  private void transformInput(
      InputRows in, int n, int firstRow, int rows, int firstTile, float[] work) {
    int kept = WinogradInput.ACROSS - SIDE;
    int d = Scratch.LINE_START;
    for (int ty = 0; ty < rows; ty++) {
      if (ty > 0) {
        System.arraycopy(work, d + SIDE * pitch, work, d, kept * pitch);
      }
      copyInput(in, n, (firstRow + ty) * SIDE, ty > 0 ? kept : 0, work);
      int to = vAt + (firstTile + ty * tilesAcross) * BLOCK;
      WinogradInput.transform(
          work, d, pitch, channels, tilesAcross, work, to, paddedTiles * BLOCK, vStep);
    }
  }

  /** The rows of d from {@code kept} on that the tiles from grid row {@code first} on read. */
  private void copyInput(InputRows input, int n, int first, int kept, float[] work) {
    int height = pass.rows().inExtent();
    int width = pass.columns().inExtent();
    int row = first + pass.rows().origin();
    int top = Math.clamp(row + kept, 0, height);
    int bottom = Math.clamp(row + WinogradInput.ACROSS, top, height);
    float[] in = bottom > top ? input.load(n, top, bottom) : work;
    int inOffset = input.origin(n, top);
    int from = left();
    int length = (right() - from) * channels;
    for (int l = kept; l < WinogradInput.ACROSS; l++) {
      int at = Scratch.LINE_START + l * pitch + from * channels;
      if (row + l < 0 || row + l >= height) {
        Arrays.fill(work, at, at + length, 0);
      } else {
        int column = from + pass.columns().origin();
        int source = inOffset + ((n * height + row + l) * width + column) * channels;
        System.arraycopy(in, source, work, at, length);
      }
    }
  }

  /** M[point] = V[point] U[point] for all points. */
  private void multiply(int tiles, float[] u, float[] work) {
    int largeRows = GemmTile.largeRows(tiles);
    int uStep = weightStep(pass);
    for (int point = 0; point < POINTS; point++) {
      for (int panel = 0, together; panel < panels; panel += together) {
        together = GemmTile.together(panel, outChannels);
        int a = vAt + point * vStep;
        int b = point * uStep + panel * channels * GemmTile.COLUMNS;
        int c = mAt + point * mStep + panel * GemmTile.COLUMNS;
        multiply(together, tiles, largeRows, work, a, u, b, c);
      }
    }
  }

  /** One panel or two together: in one call where there are enough tiles, else tile by tile. */
  private void multiply(
      int together, int tiles, int largeRows, float[] work, int a, float[] u, int b, int c) {
    int step = GemmTile.COLUMNS;
    int panel = channels * step;
    if (tiles > 4 && together > 1) {
      GemmWideBlockRows.run(
          tiles,
          largeRows,
          segments,
          channels,
          work,
          a,
          1,
          u,
          b,
          step,
          panel,
          work,
          c,
          outChannels);
      return;
    }
    if (tiles > 4 && GemmBlockRows.suits()) {
      GemmBlockRows.run(
          tiles, largeRows, segments, channels, work, a, 1, u, b, step, work, c, outChannels);
      return;
    }
    for (int t = 0, rows; t < tiles; t += rows) {
      rows = t < largeRows ? GemmTile.ROWS : GemmTile.SMALL_ROWS;
      GemmBlockTile.run(
          together,
          Math.min(rows, tiles - t),
          segments,
          BLOCK,
          channels,
          work,
          a + t * BLOCK,
          1,
          u,
          b,
          step,
          panel,
          work,
          c + t * outChannels,
          outChannels);
    }
  }

  private void transformOutput(
      float[] work, int firstTile, int n, int firstRow, int rows, float[] out, int outOffset) {
    int rowStep = pass.outW() * outChannels;
    int width = pass.columns().grid();
    for (int ty = 0; ty < rows; ty++) {
      int row = (firstRow + ty) * SIDE;
      int height = Math.min(SIDE, pass.rows().grid() - row);
      int whole = height == SIDE && !add ? width / SIDE : 0;
      int outAt = outOffset + pass.outAt(n, row, 0, 0);
      int at = mAt + (firstTile + ty * tilesAcross) * outChannels;
      WinogradOutput.transform(work, at, mStep, whole, outChannels, out, outAt, rowStep);
      int rest = tilesAcross - whole;
      if (rest > 0) {
        int step = rest * SIDE * outChannels;
        WinogradOutput.transform(
            work, at + whole * outChannels, mStep, rest, outChannels, work, rowAt, step);
        int done = whole * SIDE;
        int length = (width - done) * outChannels;
        for (int i = 0; i < height; i++) {
          int to = outAt + i * rowStep + done * outChannels;
          if (add) {
            AddTo.add(work, rowAt + i * step, out, to, length);
          } else {
            System.arraycopy(work, rowAt + i * step, out, to, length);
          }
        }
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
