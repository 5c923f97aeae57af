package org.intraq.tensor.kernel.softmax;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.elementary.VectorMath;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link Softmax} on vectors: exponentials run over a block of rows at once, so that rows shorter
 * than a vector (ten classes) waste no lanes.
 */
public final class SoftmaxSimd implements Softmax {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int SLOT = 0;

  /** Elements of one task: 32 KiB of floats, which stay in the first-level cache between passes. */
  private static final int TASK = 8192;

  private final Workers workers;

  /** A kernel that shares its rows out to {@code workers}. */
  public SoftmaxSimd(Workers workers) {
    this.workers = workers;
  }

  /** Rows of one task; a function of the shape alone. */
  static int rowsPerTask(int columns) {
    return Math.max(1, TASK / Math.max(1, columns));
  }

  @Override
  public void softmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(columns),
        (from, to) ->
            softmaxRows(
                to - from, columns, x, xOffset + from * columns, y, yOffset + from * columns));
  }

  private static void softmaxRows(
      int rows, int columns, float[] x, int xFrom, float[] y, int yFrom) {
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float max = Rows.maximum(columns, x, xFrom + row);
      Rows.shiftScale(columns, x, xFrom + row, max, 1f, y, yFrom + row);
    }
    VectorMath.exp(rows * columns, y, yFrom, y, yFrom);
    for (int r = 0; r < rows; r++) {
      int row = yFrom + r * columns;
      float inverse = (float) (1.0 / Rows.sum(columns, y, row));
      Rows.shiftScale(columns, y, row, 0f, inverse, y, row);
    }
  }

  @Override
  public void softmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Softmax.checkMatrix(rows, columns, dy, dyOffset);
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(columns),
        (from, to) -> {
          for (int row = from * columns; row < to * columns; row += columns) {
            softmaxBackwardRow(columns, y, yOffset + row, dy, dyOffset + row, dx, dxOffset + row);
          }
        });
  }

  private static void softmaxBackwardRow(
      int columns, float[] y, int yFrom, float[] dy, int dyFrom, float[] dx, int dxFrom) {
    float dot = (float) Rows.dot(columns, y, yFrom, dy, dyFrom);
    int c = 0;
    for (; c <= columns - LANES; c += LANES) {
      FloatVector difference = FloatVector.fromArray(SPECIES, dy, dyFrom + c).sub(dot);
      FloatVector.fromArray(SPECIES, y, yFrom + c).mul(difference).intoArray(dx, dxFrom + c);
    }
    for (; c < columns; c++) {
      dx[dxFrom + c] = y[yFrom + c] * (dy[dyFrom + c] - dot);
    }
  }

  @Override
  public void logSoftmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(columns),
        (from, to) ->
            logSoftmaxRows(
                to - from, columns, x, xOffset + from * columns, y, yOffset + from * columns));
  }

  private static void logSoftmaxRows(
      int rows, int columns, float[] x, int xFrom, float[] y, int yFrom) {
    float[] exponentials = Scratch.floats(SLOT, rows * columns);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float max = Rows.maximum(columns, x, xFrom + row);
      Rows.shiftScale(columns, x, xFrom + row, max, 1f, y, yFrom + row);
    }
    VectorMath.exp(rows * columns, y, yFrom, exponentials, 0);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float logSum = (float) StrictMath.log(Rows.sum(columns, exponentials, row));
      Rows.shiftScale(columns, y, yFrom + row, logSum, 1f, y, yFrom + row);
    }
  }

  @Override
  public void logSoftmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Softmax.checkMatrix(rows, columns, dy, dyOffset);
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(columns),
        (from, to) -> {
          for (int row = from * columns; row < to * columns; row += columns) {
            logSoftmaxBackwardRow(
                columns, y, yOffset + row, dy, dyOffset + row, dx, dxOffset + row);
          }
        });
  }

  private static void logSoftmaxBackwardRow(
      int columns, float[] y, int yFrom, float[] dy, int dyFrom, float[] dx, int dxFrom) {
    float sum = (float) -Rows.sum(columns, dy, dyFrom);
    float[] exponentials = Scratch.floats(SLOT, columns);
    VectorMath.exp(columns, y, yFrom, exponentials, 0);
    FloatVector sums = FloatVector.broadcast(SPECIES, sum);
    int c = 0;
    for (; c <= columns - LANES; c += LANES) {
      FloatVector.fromArray(SPECIES, exponentials, c)
          .lanewise(FMA, sums, FloatVector.fromArray(SPECIES, dy, dyFrom + c))
          .intoArray(dx, dxFrom + c);
    }
    for (; c < columns; c++) {
      dx[dxFrom + c] = Math.fma(exponentials[c], sum, dy[dyFrom + c]);
    }
  }
}
