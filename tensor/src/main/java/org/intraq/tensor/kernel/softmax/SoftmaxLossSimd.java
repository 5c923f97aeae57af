package org.intraq.tensor.kernel.softmax;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.elementary.VectorMath;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/** {@link SoftmaxLoss} on vectors, in blocks of rows as {@link SoftmaxSimd}. */
public final class SoftmaxLossSimd implements SoftmaxLoss {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final int TEACHER_SLOT = 0;
  private static final int STUDENT_SLOT = 1;
  private static final int TEACHER_EXP_SLOT = 2;
  private static final int STUDENT_EXP_SLOT = 3;

  private final Workers workers;

  /** A kernel that shares its rows out to {@code workers}. */
  public SoftmaxLossSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void crossEntropy(
      int rows,
      int columns,
      float[] x,
      int xOffset,
      int[] labels,
      int labelsOffset,
      float smoothing,
      float[] losses,
      int lossesOffset,
      float[] softmax,
      int softmaxOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Softmax.checkMatrix(rows, columns, softmax, softmaxOffset);
    Objects.checkFromIndexSize(labelsOffset, rows, labels.length);
    Objects.checkFromIndexSize(lossesOffset, rows, losses.length);
    Ranges.run(
        workers,
        rows,
        SoftmaxSimd.rowsPerTask(columns),
        (from, to) ->
            crossEntropyRows(
                to - from,
                columns,
                x,
                xOffset + from * columns,
                labels,
                labelsOffset + from,
                smoothing,
                losses,
                lossesOffset + from,
                softmax,
                softmaxOffset + from * columns));
  }

  private static void crossEntropyRows(
      int rows,
      int columns,
      float[] x,
      int xFrom,
      int[] labels,
      int labelsFrom,
      float smoothing,
      float[] losses,
      int lossesFrom,
      float[] softmax,
      int softmaxFrom) {
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float max = Rows.maximum(columns, x, xFrom + row);
      Rows.shiftScale(columns, x, xFrom + row, max, 1f, softmax, softmaxFrom + row);
      // -sum of t * shifted; + log(sum of exponentials) follows, because the t add up to 1.
      double weight = smoothing - 1.0;
      double loss = weight == 0 ? 0 : weight * softmax[softmaxFrom + row + labels[labelsFrom + r]];
      if (smoothing != 0) {
        loss -= (double) smoothing / columns * Rows.sum(columns, softmax, softmaxFrom + row);
      }
      losses[lossesFrom + r] = (float) loss;
    }
    VectorMath.exp(rows * columns, softmax, softmaxFrom, softmax, softmaxFrom);
    for (int r = 0; r < rows; r++) {
      int row = softmaxFrom + r * columns;
      double sum = Rows.sum(columns, softmax, row);
      losses[lossesFrom + r] = (float) (losses[lossesFrom + r] + StrictMath.log(sum));
      Rows.shiftScale(columns, softmax, row, 0f, (float) (1.0 / sum), softmax, row);
    }
  }

  @Override
  public void crossEntropyBackward(
      int rows,
      int columns,
      float[] softmax,
      int softmaxOffset,
      int[] labels,
      int labelsOffset,
      float smoothing,
      float[] dLosses,
      int dLossesOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, softmax, softmaxOffset);
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    Objects.checkFromIndexSize(labelsOffset, rows, labels.length);
    Objects.checkFromIndexSize(dLossesOffset, rows, dLosses.length);
    float floor = (float) ((double) smoothing / Math.max(1, columns));
    Ranges.run(
        workers,
        rows,
        SoftmaxSimd.rowsPerTask(columns),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            float scale = dLosses[dLossesOffset + r];
            int row = softmaxOffset + r * columns;
            int dxRow = dxOffset + r * columns;
            int label = labels[labelsOffset + r];
            float probability = softmax[row + label];
            Rows.shiftScale(columns, softmax, row, floor, scale, dx, dxRow);
            double target = (double) smoothing / columns + (1.0 - smoothing);
            dx[dxRow + label] = (float) ((probability - target) * scale);
          }
        });
  }

  @Override
  public void klDivergence(
      int rows,
      int columns,
      float[] teacher,
      int teacherOffset,
      float[] student,
      int studentOffset,
      float temperature,
      float[] losses,
      int lossesOffset) {
    Softmax.checkMatrix(rows, columns, teacher, teacherOffset);
    Softmax.checkMatrix(rows, columns, student, studentOffset);
    Objects.checkFromIndexSize(lossesOffset, rows, losses.length);
    Ranges.run(
        workers,
        rows,
        SoftmaxSimd.rowsPerTask(columns),
        (from, to) ->
            klRows(
                to - from,
                columns,
                teacher,
                teacherOffset + from * columns,
                student,
                studentOffset + from * columns,
                temperature,
                losses,
                lossesOffset + from));
  }

  private static void klRows(
      int rows,
      int columns,
      float[] teacher,
      int teacherFrom,
      float[] student,
      int studentFrom,
      float temperature,
      float[] losses,
      int lossesFrom) {
    int size = rows * columns;
    float[] t = Scratch.floats(TEACHER_SLOT, size);
    float[] s = Scratch.floats(STUDENT_SLOT, size);
    float[] tExp = Scratch.floats(TEACHER_EXP_SLOT, size);
    float[] sExp = Scratch.floats(STUDENT_EXP_SLOT, size);
    scaledLogits(rows, columns, teacher, teacherFrom, temperature, t);
    scaledLogits(rows, columns, student, studentFrom, temperature, s);
    VectorMath.exp(size, t, 0, tExp, 0);
    VectorMath.exp(size, s, 0, sExp, 0);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      double tSum = Rows.sum(columns, tExp, row);
      double sSum = Rows.sum(columns, sExp, row);
      double weighted = 0;
      for (int c = row; c < row + columns; c++) {
        // A term without probability counts as zero, even if its logits are infinite.
        weighted += tExp[c] == 0 ? 0 : tExp[c] * ((double) t[c] - s[c]);
      }
      losses[lossesFrom + r] =
          (float) (weighted / tSum + StrictMath.log(sSum) - StrictMath.log(tSum));
    }
  }

  /** y = (x - max of its row) / temperature. */
  private static void scaledLogits(
      int rows, int columns, float[] x, int xFrom, float temperature, float[] y) {
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float max = Rows.maximum(columns, x, xFrom + row);
      Rows.shiftScale(columns, x, xFrom + row, max, 1f / temperature, y, row);
    }
  }

  @Override
  public void klDivergenceBackward(
      int rows,
      int columns,
      float[] teacher,
      int teacherOffset,
      float[] student,
      int studentOffset,
      float temperature,
      float[] dLosses,
      int dLossesOffset,
      float[] dStudent,
      int dStudentOffset) {
    Softmax.checkMatrix(rows, columns, teacher, teacherOffset);
    Softmax.checkMatrix(rows, columns, student, studentOffset);
    Softmax.checkMatrix(rows, columns, dStudent, dStudentOffset);
    Objects.checkFromIndexSize(dLossesOffset, rows, dLosses.length);
    Ranges.run(
        workers,
        rows,
        SoftmaxSimd.rowsPerTask(columns),
        (from, to) ->
            klBackwardRows(
                to - from,
                columns,
                teacher,
                teacherOffset + from * columns,
                student,
                studentOffset + from * columns,
                temperature,
                dLosses,
                dLossesOffset + from,
                dStudent,
                dStudentOffset + from * columns));
  }

  private static void klBackwardRows(
      int rows,
      int columns,
      float[] teacher,
      int teacherFrom,
      float[] student,
      int studentFrom,
      float temperature,
      float[] dLosses,
      int dLossesFrom,
      float[] dStudent,
      int dStudentFrom) {
    int size = rows * columns;
    float[] p = Scratch.floats(TEACHER_SLOT, size);
    float[] q = Scratch.floats(STUDENT_SLOT, size);
    scaledLogits(rows, columns, teacher, teacherFrom, temperature, p);
    scaledLogits(rows, columns, student, studentFrom, temperature, q);
    VectorMath.exp(size, p, 0, p, 0);
    VectorMath.exp(size, q, 0, q, 0);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      float pInverse = (float) (1.0 / Rows.sum(columns, p, row));
      float qInverse = (float) (1.0 / Rows.sum(columns, q, row));
      float scale = dLosses[dLossesFrom + r] / temperature;
      int out = dStudentFrom + row;
      int c = 0;
      for (; c <= columns - LANES; c += LANES) {
        FloatVector pScaled = FloatVector.fromArray(SPECIES, p, row + c).mul(pInverse);
        FloatVector qScaled = FloatVector.fromArray(SPECIES, q, row + c).mul(qInverse);
        qScaled.sub(pScaled).mul(scale).intoArray(dStudent, out + c);
      }
      for (; c < columns; c++) {
        dStudent[out + c] = (q[row + c] * qInverse - p[row + c] * pInverse) * scale;
      }
    }
  }
}
