package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmBlocks;
import org.intraq.tensor.kernel.gemm.GemmTile;
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

  /**
   * Transformed weights beyond this many floats (512 to 512 channels) would take too much memory.
   */
  private static final int LARGEST_WEIGHTS = 10 << 20;

  /** Rows of tiles of an image that is shared out are transformed in so many tasks. */
  private static final int INPUT_TASKS = 4;

  /**
   * Tiles times channels that parts may transform again, each V for itself: microseconds, where V
   * from another core cost as much as the products in some runs.
   */
  private static final int OWN_INPUT = 400;

  /** A task's own array. */
  private static final int SLOT_WORK = 9;

  /** V of a block that is shared out. */
  private static final int SLOT_SHARED = 8;

  private final CorrelationPass pass;
  private final boolean add;
  private final WinogradPlan plan;
  private final InputRows in;
  private final float[] u;
  private final float[] out;
  private final int outOffset;
  private final OutputRows after;
  private final WinogradWeightSums sums;
  private final int[] segments;

  private WinogradCorrelation(
      CorrelationPass pass,
      InputRows in,
      float[] u,
      boolean add,
      float[] out,
      int outOffset,
      OutputRows after,
      WinogradWeightSums sums) {
    this.pass = pass;
    this.in = in;
    this.u = u;
    this.add = add;
    this.out = out;
    this.outOffset = outOffset;
    this.after = after;
    this.sums = sums;
    plan = new WinogradPlan(pass, sums != null || after.allChannels());
    segments = GemmBlocks.segments(plan.channels, plan.paddedTiles * BLOCK);
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

  /**
   * Computes the pass with weights transformed by {@link WinogradWeights#packPanel}; with {@code
   * add} its results are added to what {@code out} holds.
   *
   * @param sums what else is made of the transformed input; null for nothing
   */
  static void run(
      Workers workers,
      CorrelationPass pass,
      InputRows in,
      float[] u,
      boolean add,
      float[] out,
      int outOffset,
      OutputRows after,
      WinogradWeightSums sums) {
    if (pass.images() == 0) {
      return;
    }
    new WinogradCorrelation(pass, in, u, add, out, outOffset, after, sums).run(workers);
  }

  /** A block: some images, or some rows of tiles of one. */
  private record Block(int firstImage, int images, int firstRow, int rows) {}

  private Block block(int index) {
    int firstImage = index / plan.strips * plan.imagesPerBlock;
    int firstRow = index % plan.strips * plan.rowsPerBlock;
    return new Block(
        firstImage,
        Math.min(plan.imagesPerBlock, pass.images() - firstImage),
        firstRow,
        Math.min(plan.rowsPerBlock, plan.tilesDown - firstRow));
  }

  private void run(Workers workers) {
    int blocks = plan.strips * plan.groups;
    Workers.Task task = index -> block(block(index));
    if (sums != null) {
      sums.run(workers, blocks, task);
      return;
    }
    if (plan.parts == 1) {
      workers.run(blocks, task);
      return;
    }
    for (int index = 0; index < blocks; index++) {
      Block block = block(index);
      int tiles = block.images * block.rows * plan.tilesAcross;
      long again = (plan.parts - 1L) * tiles * plan.channels;
      if (workers.threads() > 1 && in.inMemory() && again < OWN_INPUT) {
        workers.run(plan.parts, part -> part(block, part));
      } else {
        shareOut(workers, block);
      }
    }
  }

  private void part(Block block, int part) {
    float[] work = Scratch.aligned(SLOT_WORK, plan.size());
    transformInput(block, work);
    products(block, part, work, work);
  }

  /** V of a block. */
  private void transformInput(Block block, float[] work) {
    clearSides(work);
    for (int i = 0; i < block.images; i++) {
      transformInput(block, i, 0, block.rows, work, work);
    }
  }

  private void block(Block block) {
    float[] work = Scratch.aligned(SLOT_WORK, plan.size());
    transformInput(block, work);
    int perImage = block.rows * plan.tilesAcross * BLOCK;
    for (int i = 0; sums != null && i < block.images; i++) {
      int v = plan.vAt + i * perImage;
      int n = block.firstImage + i;
      sums.add(n, block.firstRow, block.rows, work, v, plan.paddedTiles * BLOCK, plan.vStep);
    }
    products(block, 0, work, work);
  }

  /** V by rows of tiles, then everything else by output channels. */
  private void shareOut(Workers workers, Block block) {
    float[] shared = Scratch.aligned(SLOT_SHARED, plan.size());
    int perTask = ceilDiv(block.rows, INPUT_TASKS);
    int perImage = ceilDiv(block.rows, perTask);
    workers.run(
        block.images * perImage,
        task -> {
          float[] work = Scratch.aligned(SLOT_WORK, plan.size());
          int from = task % perImage * perTask;
          clearSides(work);
          transformInput(
              block, task / perImage, from, Math.min(block.rows, from + perTask), work, shared);
        });
    workers.run(
        plan.parts, part -> products(block, part, shared, Scratch.aligned(SLOT_WORK, plan.size())));
  }

  /** From V to y, for a part of the output channels. */
  private void products(Block block, int part, float[] v, float[] work) {
    int first = plan.firstPanel(part);
    int end = plan.firstPanel(part + 1);
    int perImage = block.rows * plan.tilesAcross;
    multiply(block.images * perImage, first, end, v, work);
    int channel = first * GemmTile.COLUMNS;
    int channels = end * GemmTile.COLUMNS - channel;
    for (int i = 0; i < block.images; i++) {
      int n = block.firstImage + i;
      transformOutput(work, i * perImage, n, block.firstRow, block.rows, channel, channels);
      int row = block.firstRow * SIDE;
      int rows = Math.min(block.rows * SIDE, pass.rows().grid() - row);
      after.done(n, row, rows, channel, channels);
    }
  }

  /** Columns of d before the first pixel of the input. */
  private int left() {
    return Math.clamp(-pass.columns().origin(), 0, plan.pitch / plan.channels);
  }

  /** The column of d behind the last pixel of the input. */
  private int right() {
    AxisPass columns = pass.columns();
    return Math.clamp(
        (long) columns.inExtent() - columns.origin(), left(), plan.pitch / plan.channels);
  }

  private void clearSides(float[] work) {
    for (int l = 0; l < WinogradInput.ACROSS; l++) {
      int at = Scratch.LINE_START + l * plan.pitch;
      Arrays.fill(work, at, at + left() * plan.channels, 0);
      Arrays.fill(work, at + right() * plan.channels, at + plan.pitch, 0);
    }
  }

  /**
   * V of the block's rows of tiles [from, to) of its image {@code image}: each row of tiles keeps
   * the last two rows of d of the one before.
   */
  private void transformInput(Block block, int image, int from, int to, float[] work, float[] v) {
    int kept = WinogradInput.ACROSS - SIDE;
    int d = Scratch.LINE_START;
    int pitch = plan.pitch;
    for (int ty = from; ty < to; ty++) {
      if (ty > from) {
        System.arraycopy(work, d + SIDE * pitch, work, d, kept * pitch);
      }
      int row = (block.firstRow + ty) * SIDE;
      copyInput(block.firstImage + image, row, ty > from ? kept : 0, work);
      int at = plan.vAt + (image * block.rows + ty) * plan.tilesAcross * BLOCK;
      WinogradInput.transform(
          work,
          d,
          pitch,
          plan.channels,
          plan.tilesAcross,
          v,
          at,
          plan.paddedTiles * BLOCK,
          plan.vStep);
    }
  }

  /** The rows of d from {@code kept} on that the tiles from grid row {@code first} on read. */
  private void copyInput(int n, int first, int kept, float[] work) {
    int height = pass.rows().inExtent();
    int width = pass.columns().inExtent();
    int row = first + pass.rows().origin();
    int top = Math.clamp(row + kept, 0, height);
    int bottom = Math.clamp(row + WinogradInput.ACROSS, top, height);
    float[] rows = bottom > top ? in.load(n, top, bottom) : work;
    int rowsAt = in.origin(n, top);
    int from = left();
    int length = (right() - from) * plan.channels;
    for (int l = kept; l < WinogradInput.ACROSS; l++) {
      int at = Scratch.LINE_START + l * plan.pitch + from * plan.channels;
      if (row + l < 0 || row + l >= height) {
        Arrays.fill(work, at, at + length, 0);
      } else {
        int column = from + pass.columns().origin();
        int source = rowsAt + ((n * height + row + l) * width + column) * plan.channels;
        System.arraycopy(rows, source, work, at, length);
      }
    }
  }

  /** M[point] = V[point] U[point] for all points and panels [first, end). */
  private void multiply(int tiles, int first, int end, float[] v, float[] work) {
    int largeRows = GemmTile.largeRows(tiles);
    int uStep = WinogradWeights.step(pass);
    int ldc = (end - first) * GemmTile.COLUMNS;
    for (int point = 0; point < POINTS; point++) {
      for (int panel = first, together; panel < end; panel += together) {
        together = GemmTile.together(panel, plan.outChannels);
        int a = plan.vAt + point * plan.vStep;
        int b = point * uStep + panel * plan.channels * GemmTile.COLUMNS;
        int c = plan.mAt + point * plan.mStep + (panel - first) * GemmTile.COLUMNS;
        GemmBlocks.run(
            together,
            tiles,
            largeRows,
            segments,
            plan.paddedTiles * BLOCK,
            plan.channels,
            v,
            a,
            u,
            b,
            plan.channels * GemmTile.COLUMNS,
            work,
            c,
            ldc);
      }
    }
  }

  /** Some rows of tiles of image n, {@code channels} output channels from {@code channel} on. */
  private void transformOutput(
      float[] work, int firstTile, int n, int firstRow, int rows, int channel, int channels) {
    int pixel = plan.outChannels;
    int rowStep = pass.outW() * pixel;
    int width = pass.columns().grid();
    int across = plan.tilesAcross;
    for (int ty = 0; ty < rows; ty++) {
      int row = (firstRow + ty) * SIDE;
      int height = Math.min(SIDE, pass.rows().grid() - row);
      int whole = height == SIDE && !add ? width / SIDE : 0;
      int to = outOffset + pass.outAt(n, row, 0, 0) + channel;
      int at = plan.mAt + (firstTile + ty * across) * channels;
      WinogradOutput.transform(work, at, plan.mStep, whole, channels, out, to, pixel, rowStep);
      int rest = across - whole;
      if (rest > 0) {
        int step = rest * SIDE * channels;
        at += whole * channels;
        WinogradOutput.transform(
            work, at, plan.mStep, rest, channels, work, plan.rowAt, channels, step);
        int done = whole * SIDE;
        for (int i = 0; i < height; i++) {
          int from = plan.rowAt + i * step;
          moveRow(work, from, channels, width - done, to + i * rowStep + done * pixel);
        }
      }
    }
  }

  /** Some pixels of a row, {@code channels} channels each, to y. */
  private void moveRow(float[] work, int from, int channels, int pixels, int to) {
    boolean all = channels == plan.outChannels;
    int runs = all ? 1 : pixels;
    int length = all ? pixels * channels : channels;
    for (int i = 0; i < runs; i++) {
      int source = from + i * channels;
      int target = to + i * plan.outChannels;
      if (add) {
        AddTo.add(work, source, out, target, length);
      } else {
        System.arraycopy(work, source, out, target, length);
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
