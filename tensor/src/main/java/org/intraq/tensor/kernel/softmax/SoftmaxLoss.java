package org.intraq.tensor.kernel.softmax;

/**
 * Losses on the softmax of the rows of a matrix: cross-entropy and Kullback-Leibler divergence.
 *
 * <p>Matrices are dense, R rows of C columns, as in {@link Softmax}; one loss a row. Labels lie in
 * [0, C); the caller checks them. Outputs must not overlap inputs, except that a gradient may be
 * the very window of the matrix it is the gradient of. R = 0 does nothing.
 *
 * <p>Sums are taken in double in a fixed order: the same bits for any number of threads and any
 * vector width.
 */
public interface SoftmaxLoss {
  /**
   * Cross-entropy with label smoothing s, and the softmax, which the gradient wants.
   *
   * <pre>
   * losses[r] = - sum over c of t[r, c] * logSoftmax(x)[r, c]
   * t[r, c]   = s / C + (1 - s if c = labels[r], else 0)
   * </pre>
   *
   * <p>With s = 0 a class other than the label may have the logit -infinity. |error| &lt;= 4 * eps
   * * (1 + the largest |x - max| of the row + log C), eps = 2^-23; the softmax as in {@link
   * Softmax}.
   *
   * <p>Source: Szegedy et al., Rethinking the Inception Architecture, 2016, section 7.
   */
  void crossEntropy(
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
      int softmaxOffset);

  /** dx[r, c] = (softmax[r, c] - t[r, c]) * dLosses[r]. */
  void crossEntropyBackward(
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
      int dxOffset);

  /**
   * Kullback-Leibler divergence of the student's distribution from the teacher's.
   *
   * <pre>
   * losses[r] = sum over c of p[c] * (log p[c] - log q[c])
   * p = softmax(teacher[r] / T), q = softmax(student[r] / T)
   * </pre>
   *
   * <p>Terms with p[c] = 0 count as zero. |error| &lt;= 8 * eps * (1 + the largest |x - max| / T of
   * both rows): absolute, not relative, so a divergence of distributions that agree to k digits has
   * lost 2k of its own; it may come out as a tiny negative number.
   *
   * <p>Source: Hinton, Vinyals, Dean, Distilling the Knowledge in a Neural Network, 2015, section
   * 2.
   */
  void klDivergence(
      int rows,
      int columns,
      float[] teacher,
      int teacherOffset,
      float[] student,
      int studentOffset,
      float temperature,
      float[] losses,
      int lossesOffset);

  /**
   * dStudent[r, c] = (softmax(student[r] / T)[c] - softmax(teacher[r] / T)[c]) * dLosses[r] / T.
   */
  void klDivergenceBackward(
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
      int dStudentOffset);
}
