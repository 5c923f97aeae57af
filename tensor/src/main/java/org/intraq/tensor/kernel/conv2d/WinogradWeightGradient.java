package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.kernel.conv2d.WinogradInput.POINTS;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.SIDE;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmBlocks;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * The adjoint in the weights of a 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3): 36
 * products for 144.
 *
 * <p>The forward map is y = A^T [(G g G^T) . (B^T d B)] A for each tile of 4x4 outputs, linear in
 * g. So
 *
 * <pre>
 * dg = G^T dU G,   dU[point] = sum over tiles (B^T d B)[point] * (A dy A^T)[point]
 *
 * task = a chunk of the tiles x a part of the input channels x a part of the output channels
 *   for each block of the chunk's tiles
 *     V[point][channel / 16][tile][16] = B^T d B
 *     D[point][tile][channel]          = A dy A^T             zeros beyond the border
 *     for each of 36 points: dU[point] += V[point]^T D[point]   K = tiles
 *   dg of the chunk = G^T dU G
 * dw = beta * dw + sum over chunks, in their order
 * </pre>
 *
 * <p>Chunks, parts and blocks depend on the shape alone. Parts repeat the transforms of what they
 * share, which costs less than sums beyond the L2 cache do.
 *
 * <p>Accuracy: the error of an element is bounded by (tiles + 24) * eps times what the same
 * algorithm gives with the absolute values of all its matrices and operands. NaN and infinity
 * spread to all nine taps of their channel (as NaN).
 *
 * <p>Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
 */
final class WinogradWeightGradient {
  private static final int SLOT_PADDED = 4;
  private static final int SLOT_REDUCED = 5;
  private static final int SLOT_PARTIAL = 6;
  private static final int SLOT_PRODUCT = 7;
  private static final int SLOT_SUMS = 8;
  private static final int SLOT_V = 9;
  private static final int SLOT_D = 10;

  private static final int BLOCK = GemmBlockTile.BLOCK;

  /** Enough tasks that no thread waits long for the last one. */
  private static final int TASKS = 16;

  /** Floats that all chunks' gradients together should not exceed. */
  private static final int PARTIAL_FLOATS = 1 << 22;

  /** Tiles of a chunk, so that its transform back is worth while. */
  private static final int LEAST = 32;

  /** Channels of a part, and where there would be few tasks. */
  private static final int PART = 64;

  private static final int SMALL_PART = 32;

  /** Floats of V and D together, so that they stay in the L2 cache beside the sums. */
  private static final int TARGET = 128 << 10;

  /** Tiles of a block at most: its sums are formed one after another, so their errors add up. */
  private static final int MOST = 64;

  /** What the transform back and the calls cost, in pixels. */
  private static final int FIXED = 28;

  static final int OUTSIDE = -1;
  private static final int[] ONE_SEGMENT = {0};

  private final Conv2dShape s;
  private final int tilesDown;
  private final int tilesAcross;
  private final int inParts;
  private final int outParts;
  private final int inShare;
  private final int outShare;
  private final int chunks;

  /** Rows of tiles, over all images, in a chunk and in a block. */
  private final int rowsPerChunk;

  private final int rowsPerBlock;
  private final int blockStep;
  private final int vStep;
  private final int dStep;
  private final int sumStep;

  private WinogradWeightGradient(Conv2dShape shape) {
    s = shape;
    tilesDown = ceilDiv(shape.outH(), SIDE);
    tilesAcross = ceilDiv(shape.outW(), SIDE);
    int rows = shape.n() * tilesDown;
    int most =
        Math.max(1, Math.min(PARTIAL_FLOATS / shape.weightSize(), rows * tilesAcross / LEAST));
    int part = most * tasks(shape, PART) < TASKS ? SMALL_PART : PART;
    inParts = ceilDiv(shape.ic(), part);
    outParts = ceilDiv(shape.oc(), part);
    inShare = ceilDiv(shape.ic() / BLOCK, inParts) * BLOCK;
    outShare = ceilDiv(shape.oc() / BLOCK, outParts) * BLOCK;
    rowsPerChunk = ceilDiv(rows, Math.min(ceilDiv(TASKS, inParts * outParts), most));
    chunks = ceilDiv(rows, rowsPerChunk);
    double tiles = Math.min(MOST, (double) TARGET / POINTS / (inShare + outShare));
    double blocks = Math.max(1, Math.rint(rowsPerChunk * tilesAcross / tiles));
    rowsPerBlock = ceilDiv(rowsPerChunk, (int) blocks);
    int tilesPerBlock = rowsPerBlock * tilesAcross;
    blockStep = (tilesPerBlock | 1) * BLOCK;
    vStep = GemmBlocks.pointStep(inShare / BLOCK * blockStep);
    dStep = GemmBlocks.pointStep(tilesPerBlock * outShare);
    sumStep = GemmBlocks.pointStep(inShare * outShare);
  }

  private static int tasks(Conv2dShape shape, int part) {
    return ceilDiv(shape.ic(), part) * ceilDiv(shape.oc(), part);
  }

  /** Whether the convolution has the form that this class computes, and is likely to gain by it. */
  static boolean suits(Conv2dShape s) {
    return s.groups() == 1
        && s.kh() == 3
        && s.kw() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.ic() % BLOCK == 0
        && s.oc() % BLOCK == 0
        && (long) s.n() * s.outH() * s.outW()
            > 3L * s.n() * ceilDiv(s.outH(), SIDE) * ceilDiv(s.outW(), SIDE) + FIXED;
  }

  /** dw = beta * dw + the gradient. */
  static void run(
      Workers workers,
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset) {
    WinogradWeightGradient job = new WinogradWeightGradient(shape);
    int parts = job.inParts * job.outParts;
    boolean direct = job.chunks == 1 && beta == 0;
    int size = shape.weightSize();
    float[] partials = direct ? dw : Scratch.floats(SLOT_PARTIAL, job.chunks * size);
    workers.run(
        job.chunks * parts,
        task -> {
          int to = direct ? dwOffset : task / parts * size;
          job.task(task / parts, task % parts, x, xOffset, dy, dyOffset, partials, to);
        });
    if (!direct) {
      int share = 9 * BLOCK * shape.oc();
      workers.run(
          size / share, task -> job.reduce(task * share, share, partials, beta, dw, dwOffset));
    }
  }

  private void task(
      int chunk,
      int part,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] partial,
      int partialAt) {
    int c = part / outParts * inShare;
    int o = part % outParts * outShare;
    int ins = Math.min(inShare, s.ic() - c);
    int outs = Math.min(outShare, s.oc() - o);
    if (ins <= 0 || outs <= 0) {
      return;
    }
    float[] v = Scratch.floats(SLOT_V, POINTS * vStep);
    float[] d = Scratch.floats(SLOT_D, POINTS * dStep);
    float[] sums = Scratch.floats(SLOT_SUMS, POINTS * sumStep);
    int first = chunk * rowsPerChunk;
    int end = Math.min(s.n() * tilesDown, first + rowsPerChunk);
    for (int row = first; row < end; row += rowsPerBlock) {
      int last = Math.min(end, row + rowsPerBlock);
      for (int at = row, next; at < last; at = next) {
        int n = at / tilesDown;
        next = Math.min(last, (n + 1) * tilesDown);
        int tile = (at - row) * tilesAcross;
        transformInput(n, at - n * tilesDown, next - at, c, ins, x, xOffset, v, tile);
        transformOutput(n, at - n * tilesDown, next - at, o, outs, dy, dyOffset, d, tile);
      }
      multiply((last - row) * tilesAcross, ins, outs, v, d, sums, row > first);
    }
    int to = partialAt + c * s.oc() + o;
    WinogradAdjoint.weights(sums, sumStep, ins, outs, partial, to, s.oc(), s.ic() * s.oc());
  }

  /** V of some rows of tiles of image n. */
  private void transformInput(
      int n, int tileRow, int rows, int c, int ins, float[] x, int xOffset, float[] v, int tile) {
    int columns = tilesAcross * SIDE + 2;
    int pitch = columns * ins;
    float[] padded = Scratch.floats(SLOT_PADDED, (rows * SIDE + 2) * pitch);
    for (int l = 0; l < rows * SIDE + 2; l++) {
      int row = tileRow * SIDE - s.padTop() + l;
      boolean inside = row >= 0 && row < s.h();
      int from = inside ? xOffset + (n * s.h() + row) * s.w() * s.ic() + c : OUTSIDE;
      copyRow(x, from, s.ic(), s.w(), s.padLeft(), columns, padded, l * pitch, ins);
    }
    for (int i = 0; i < rows; i++) {
      int to = (tile + i * tilesAcross) * BLOCK;
      int from = i * SIDE * pitch;
      WinogradInput.transform(padded, from, pitch, ins, tilesAcross, v, to, blockStep, vStep);
    }
  }

  /** D of some rows of tiles of image n. */
  private void transformOutput(
      int n,
      int tileRow,
      int rows,
      int o,
      int outs,
      float[] dy,
      int dyOffset,
      float[] d,
      int tile) {
    int columns = tilesAcross * SIDE;
    int pitch = columns * outs;
    float[] padded = Scratch.floats(SLOT_PADDED, rows * SIDE * pitch);
    for (int l = 0; l < rows * SIDE; l++) {
      int row = tileRow * SIDE + l;
      boolean inside = row < s.outH();
      int from = inside ? dyOffset + (n * s.outH() + row) * s.outW() * s.oc() + o : OUTSIDE;
      copyRow(dy, from, s.oc(), s.outW(), 0, columns, padded, l * pitch, outs);
    }
    for (int i = 0; i < rows; i++) {
      int to = (tile + i * tilesAcross) * outs;
      WinogradAdjoint.output(padded, i * SIDE * pitch, pitch, outs, tilesAcross, d, to, dStep);
    }
  }

  /**
   * Some channels of one row of {@code width} pixels from column {@code -left} on, with zeros
   * beside them; zeros only for a row {@link #OUTSIDE}.
   */
  static void copyRow(
      float[] row,
      int rowAt,
      int step,
      int width,
      int left,
      int columns,
      float[] to,
      int toAt,
      int channels) {
    int from = rowAt == OUTSIDE ? columns : Math.clamp(left, 0, columns);
    int end = rowAt == OUTSIDE ? columns : Math.clamp((long) left + width, from, columns);
    Arrays.fill(to, toAt, toAt + from * channels, 0);
    Arrays.fill(to, toAt + end * channels, toAt + columns * channels, 0);
    if (channels == step) {
      int source = end == from ? 0 : rowAt + (from - left) * step;
      System.arraycopy(row, source, to, toAt + from * channels, (end - from) * channels);
      return;
    }
    for (int i = from; i < end; i++) {
      System.arraycopy(row, rowAt + (i - left) * step, to, toAt + i * channels, channels);
    }
  }

  /** dU[point] = or += V[point]^T D[point] for all points. */
  private void multiply(
      int tiles, int ins, int outs, float[] v, float[] d, float[] sums, boolean accumulate) {
    float[] product = Scratch.floats(SLOT_PRODUCT, ins * outs);
    for (int point = 0; point < POINTS; point++) {
      float[] target = accumulate ? product : sums;
      int at = accumulate ? 0 : point * sumStep;
      multiplyPoint(tiles, ins, outs, v, point * vStep, d, point * dStep, target, at);
      if (accumulate) {
        AddTo.add(product, 0, sums, point * sumStep, ins * outs);
      }
    }
  }

  private void multiplyPoint(
      int tiles, int ins, int outs, float[] v, int vAt, float[] d, int dAt, float[] to, int toAt) {
    int large = GemmTile.largeRows(BLOCK);
    int panels = outs / GemmTile.COLUMNS;
    for (int panel = 0, together; panel < panels; panel += together) {
      together = GemmTile.together(panel, outs);
      int column = panel * GemmTile.COLUMNS;
      for (int c = 0, count; c < ins; c += count) {
        count = c % BLOCK < large ? GemmTile.ROWS : GemmTile.SMALL_ROWS;
        GemmTile.run(
            together,
            count,
            ONE_SEGMENT,
            tiles,
            tiles,
            v,
            vAt + c / BLOCK * blockStep + c % BLOCK,
            BLOCK,
            d,
            dAt + column,
            outs,
            GemmTile.COLUMNS,
            to,
            toAt + c * outs + column,
            outs);
      }
    }
  }

  /** Adds the chunks of some elements, in their order. */
  private void reduce(int from, int count, float[] partials, float beta, float[] dw, int dwOffset) {
    float[] sums = Scratch.floats(SLOT_REDUCED, count);
    Arrays.fill(sums, 0, count, 0);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int at = chunk * s.weightSize() + from;
      for (int i = 0; i < count; i++) {
        sums[i] += partials[at + i];
      }
    }
    int to = dwOffset + from;
    for (int i = 0; i < count; i++) {
      dw[to + i] = beta == 0 ? sums[i] : beta * dw[to + i] + sums[i];
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
