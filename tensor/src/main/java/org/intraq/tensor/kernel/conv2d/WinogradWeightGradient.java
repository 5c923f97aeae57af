package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.kernel.conv2d.WinogradInput.POINTS;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.SIDE;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
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
  private static final int SLOT_X = 4;
  private static final int SLOT_DY = 5;
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

  private static final int PAGE = 1024;
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
    vStep = pointStep(inShare / BLOCK * blockStep);
    dStep = pointStep(tilesPerBlock * outShare);
    sumStep = pointStep(inShare * outShare);
  }

  private static int tasks(Conv2dShape shape, int part) {
    return ceilDiv(shape.ic(), part) * ceilDiv(shape.oc(), part);
  }

  /** From one point's array to the next: not a power of two, see {@link WinogradCorrelation}. */
  private static int pointStep(int size) {
    return ceilDiv(size, PAGE) * PAGE + 3 * BLOCK;
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
    int pitch = (tilesAcross * SIDE + 2) * ins;
    int top = tileRow * SIDE - s.padTop();
    float[] padded = copyInput(n, top, rows * SIDE + 2, pitch, c, ins, x, xOffset);
    for (int i = 0; i < rows; i++) {
      WinogradInput.transform(
          padded,
          i * SIDE * pitch,
          pitch,
          ins,
          tilesAcross,
          v,
          (tile + i * tilesAcross) * BLOCK,
          blockStep,
          vStep);
    }
  }

  /** Some padded input rows of some channels. */
  private float[] copyInput(
      int n, int top, int rows, int pitch, int c, int ins, float[] x, int xOffset) {
    float[] padded = Scratch.floats(SLOT_X, rows * pitch);
    int columns = pitch / ins;
    int from = Math.clamp(s.padLeft(), 0, columns);
    int to = Math.clamp((long) s.padLeft() + s.w(), from, columns);
    for (int l = 0; l < rows; l++) {
      int row = top + l;
      int at = l * pitch;
      if (row < 0 || row >= s.h()) {
        Arrays.fill(padded, at, at + pitch, 0);
        continue;
      }
      Arrays.fill(padded, at, at + from * ins, 0);
      Arrays.fill(padded, at + to * ins, at + pitch, 0);
      int source = xOffset + ((n * s.h() + row) * s.w() + from - s.padLeft()) * s.ic() + c;
      copyPixels(x, source, s.ic(), to - from, padded, at + from * ins, ins);
    }
    return padded;
  }

  private static void copyPixels(
      float[] from, int fromAt, int step, int pixels, float[] to, int toAt, int channels) {
    if (channels == step) {
      System.arraycopy(from, fromAt, to, toAt, pixels * channels);
      return;
    }
    for (int i = 0; i < pixels; i++) {
      System.arraycopy(from, fromAt + i * step, to, toAt + i * channels, channels);
    }
  }

  /** D of some rows of tiles of image n: whole tiles where they lie, the others padded. */
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
    int rowStep = s.outW() * s.oc();
    for (int i = 0; i < rows; i++) {
      int row = (tileRow + i) * SIDE;
      int height = Math.min(SIDE, s.outH() - row);
      int whole = height == SIDE ? s.outW() / SIDE : 0;
      int source = dyOffset + (n * s.outH() + row) * rowStep + o;
      int to = (tile + i * tilesAcross) * outs;
      WinogradAdjoint.output(dy, source, rowStep, s.oc(), outs, whole, d, to, outs, dStep);
      int rest = tilesAcross - whole;
      if (rest > 0) {
        int width = s.outW() - whole * SIDE;
        int pitch = rest * SIDE * outs;
        float[] padded = Scratch.floats(SLOT_DY, SIDE * pitch);
        Arrays.fill(padded, 0, SIDE * pitch, 0);
        for (int l = 0; l < height; l++) {
          int at = source + l * rowStep + whole * SIDE * s.oc();
          copyPixels(dy, at, s.oc(), width, padded, l * pitch, outs);
        }
        WinogradAdjoint.output(
            padded, 0, pitch, outs, outs, rest, d, to + whole * outs, outs, dStep);
      }
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
        WinogradAdjoint.add(product, sums, point * sumStep, ins * outs);
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
    float[] sums = Scratch.floats(SLOT_X, count);
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
