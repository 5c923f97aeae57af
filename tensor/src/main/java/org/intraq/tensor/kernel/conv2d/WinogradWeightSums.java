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
 * The weights' gradient from the transform that the adjoint in the input makes of dy anyway.
 *
 * <p>{@link WinogradWeightGradient} takes x as the input of a correlation and dy as the gradient of
 * its output. The adjoint is a correlation, too, of dy with the turned filter, and its output has
 * x's pixels; so x can be the other side:
 *
 * <pre>
 * df[k, l, o, c] = sum over pixels of x[i, j, c] * dy[i + origin + k, j + origin + l, o]
 * dw[2 - k, 2 - l, c, o] = df[k, l, o, c]
 *
 * df = G^T dU G,   dU[point] = sum over tiles V[point]^T D[point]
 * V = B^T dy B     of 6x6 pixels, as the adjoint has it: its transform is saved here
 * D = A x A^T      of the 4x4 pixels under the tile
 * </pre>
 *
 * <p>A task is a chunk of the adjoint's blocks one after another; chunks are added in their order.
 */
final class WinogradWeightSums {
  private static final int SLOT_PIXELS = 4;
  private static final int SLOT_REDUCED = 5;
  private static final int SLOT_PARTIAL = 6;
  private static final int SLOT_PRODUCT = 7;
  private static final int SLOT_SUMS = 11;
  private static final int SLOT_D = 10;

  private static final int BLOCK = GemmBlockTile.BLOCK;

  /** Enough tasks that no thread waits long for the last one. */
  private static final int CHUNKS = 16;

  /** Tiles that are summed one after another at most, see {@link WinogradWeightGradient}. */
  private static final int MOST = 64;

  /** Sums of so many weights are read and written for each block; more leave the L2 cache. */
  private static final int LARGEST = 32 * 32;

  private static final int[] ONE_SEGMENT = {0};

  private final Conv2dShape s;
  private final float[] x;
  private final int xAt;
  private final int tilesAcross;
  private final int rowsTogether;
  private final int dStep;
  private final int sumStep;
  private float[] partials;
  private int chunks;
  private int blocksPerChunk;

  WinogradWeightSums(Conv2dShape shape, float[] x, int xAt) {
    s = shape;
    this.x = x;
    this.xAt = xAt;
    tilesAcross = (shape.w() + SIDE - 1) / SIDE;
    rowsTogether = Math.max(1, MOST / tilesAcross);
    dStep = GemmBlocks.pointStep(rowsTogether * tilesAcross * shape.ic());
    sumStep = GemmBlocks.pointStep(shape.ic() * shape.oc());
  }

  /** Whether both adjoints are Winograd's and together gain. */
  static boolean suits(Conv2dShape shape) {
    return shape.ic() * shape.oc() <= LARGEST
        && WinogradWeightGradient.suits(shape)
        && WinogradCorrelation.suits(CorrelationPass.adjoint(shape, 0, 0));
  }

  /** Runs {@code body} for each of {@code blocks} blocks, chunk by chunk. */
  void run(Workers workers, int blocks, Workers.Task body) {
    blocksPerChunk = (blocks + CHUNKS - 1) / CHUNKS;
    chunks = (blocks + blocksPerChunk - 1) / blocksPerChunk;
    partials = Scratch.floats(SLOT_PARTIAL, chunks * s.weightSize());
    workers.run(
        chunks,
        chunk -> {
          float[] sums = Scratch.floats(SLOT_SUMS, POINTS * sumStep);
          Arrays.fill(sums, 0, POINTS * sumStep, 0f);
          int end = Math.min(blocks, (chunk + 1) * blocksPerChunk);
          for (int block = chunk * blocksPerChunk; block < end; block++) {
            body.run(block);
          }
          int to = chunk * s.weightSize();
          WinogradAdjoint.weights(
              sums, sumStep, s.oc(), s.ic(), partials, to, s.ic(), s.ic() * s.oc());
        });
  }

  /**
   * Adds the tiles of some rows of one image.
   *
   * @param v where their first tile begins in {@code work}
   */
  void add(int n, int firstRow, int rows, float[] work, int v, int vBlock, int vStep) {
    for (int row = 0; row < rows; row += rowsTogether) {
      int count = Math.min(rowsTogether, rows - row);
      float[] d = Scratch.floats(SLOT_D, POINTS * dStep);
      for (int i = 0; i < count; i++) {
        transform(n, firstRow + row + i, d, i * tilesAcross * s.ic());
      }
      multiply(count * tilesAcross, work, v + row * tilesAcross * BLOCK, vBlock, vStep, d);
    }
  }

  /** D of one row of tiles. */
  private void transform(int n, int tileRow, float[] d, int to) {
    int columns = tilesAcross * SIDE;
    int pitch = columns * s.ic();
    float[] pixels = Scratch.floats(SLOT_PIXELS, SIDE * pitch);
    for (int l = 0; l < SIDE; l++) {
      int row = tileRow * SIDE + l;
      int from =
          row < s.h() ? xAt + (n * s.h() + row) * s.w() * s.ic() : WinogradWeightGradient.OUTSIDE;
      WinogradWeightGradient.copyRow(x, from, s.ic(), s.w(), 0, columns, pixels, l * pitch, s.ic());
    }
    WinogradAdjoint.output(pixels, 0, pitch, s.ic(), tilesAcross, d, to, dStep);
  }

  /** dU[point] += V[point]^T D[point] for all points. */
  private void multiply(int tiles, float[] work, int v, int vBlock, int vStep, float[] d) {
    float[] sums = Scratch.floats(SLOT_SUMS, POINTS * sumStep);
    float[] product = Scratch.floats(SLOT_PRODUCT, s.ic() * s.oc());
    int large = GemmTile.largeRows(BLOCK);
    int panels = s.ic() / GemmTile.COLUMNS;
    for (int point = 0; point < POINTS; point++) {
      for (int panel = 0, together; panel < panels; panel += together) {
        together = GemmTile.together(panel, s.ic());
        int column = panel * GemmTile.COLUMNS;
        for (int o = 0, count; o < s.oc(); o += count) {
          count = o % BLOCK < large ? GemmTile.ROWS : GemmTile.SMALL_ROWS;
          GemmTile.run(
              together,
              count,
              ONE_SEGMENT,
              tiles,
              tiles,
              work,
              v + point * vStep + o / BLOCK * vBlock + o % BLOCK,
              BLOCK,
              d,
              point * dStep + column,
              s.ic(),
              GemmTile.COLUMNS,
              product,
              o * s.ic() + column,
              s.ic());
        }
      }
      AddTo.add(product, 0, sums, point * sumStep, s.ic() * s.oc());
    }
  }

  /** Adds the chunks in their order and turns the filters: dw [3, 3, IC, OC]. */
  void finish(float[] dw, int dwAt) {
    int size = s.ic() * s.oc();
    float[] total = Scratch.floats(SLOT_REDUCED, size);
    for (int tap = 0; tap < 9; tap++) {
      Arrays.fill(total, 0, size, 0f);
      for (int chunk = 0; chunk < chunks; chunk++) {
        AddTo.add(partials, chunk * s.weightSize() + tap * size, total, 0, size);
      }
      int to = dwAt + (8 - tap) * size;
      for (int c = 0; c < s.ic(); c++) {
        for (int o = 0; o < s.oc(); o++) {
          dw[to + c * s.oc() + o] = total[o * s.ic() + c];
        }
      }
    }
  }
}
