package org.intraq.tensor.kernel.softmax;

import static org.intraq.tensor.kernel.softmax.SoftmaxReference.maximum;
import static org.intraq.tensor.kernel.softmax.SoftmaxReference.sumOfExponentials;

import java.util.Objects;

/** The definition of {@link SoftmaxLoss}: plain loops in double. */
public final class SoftmaxLossReference implements SoftmaxLoss {
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
    for (int r = 0; r < rows; r++) {
      int row = xOffset + r * columns;
      float max = maximum(columns, x, row);
      double sum = sumOfExponentials(columns, x, row, max, 1.0);
      double logSum = StrictMath.log(sum);
      double loss = 0;
      for (int c = 0; c < columns; c++) {
        double shifted = (double) x[row + c] - max;
        double target = target(c == labels[labelsOffset + r], smoothing, columns);
        loss -= target == 0 ? 0 : target * (shifted - logSum);
        softmax[softmaxOffset + r * columns + c] = (float) (StrictMath.exp(shifted) / sum);
      }
      losses[lossesOffset + r] = (float) loss;
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
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        double target = target(c == labels[labelsOffset + r], smoothing, columns);
        double difference = softmax[softmaxOffset + r * columns + c] - target;
        dx[dxOffset + r * columns + c] = (float) (difference * dLosses[dLossesOffset + r]);
      }
    }
  }

  private static double target(boolean isLabel, double smoothing, int columns) {
    return smoothing / columns + (isLabel ? 1 - smoothing : 0);
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
    for (int r = 0; r < rows; r++) {
      int tRow = teacherOffset + r * columns;
      int sRow = studentOffset + r * columns;
      float tMax = maximum(columns, teacher, tRow);
      float sMax = maximum(columns, student, sRow);
      double tSum = sumOfExponentials(columns, teacher, tRow, tMax, temperature);
      double sSum = sumOfExponentials(columns, student, sRow, sMax, temperature);
      double logRatio = StrictMath.log(sSum) - StrictMath.log(tSum);
      double loss = 0;
      for (int c = 0; c < columns; c++) {
        double t = ((double) teacher[tRow + c] - tMax) / temperature;
        double s = ((double) student[sRow + c] - sMax) / temperature;
        double p = StrictMath.exp(t) / tSum;
        loss += p == 0 ? 0 : p * (t - s + logRatio);
      }
      losses[lossesOffset + r] = (float) loss;
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
    for (int r = 0; r < rows; r++) {
      int tRow = teacherOffset + r * columns;
      int sRow = studentOffset + r * columns;
      float tMax = maximum(columns, teacher, tRow);
      float sMax = maximum(columns, student, sRow);
      double tSum = sumOfExponentials(columns, teacher, tRow, tMax, temperature);
      double sSum = sumOfExponentials(columns, student, sRow, sMax, temperature);
      double scale = (double) dLosses[dLossesOffset + r] / temperature;
      for (int c = 0; c < columns; c++) {
        double p = StrictMath.exp(((double) teacher[tRow + c] - tMax) / temperature) / tSum;
        double q = StrictMath.exp(((double) student[sRow + c] - sMax) / temperature) / sSum;
        dStudent[dStudentOffset + r * columns + c] = (float) ((q - p) * scale);
      }
    }
  }
}
