package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Row-wise softmax, losses and similarities; x [R, C], labels S32 [R]. */
public interface LossOps {
  /** y = exp(x - max) / sum, row by row. */
  void softmax(Tensor x, Tensor y);

  /** dx = y * (dy - sum of dy * y), row by row. */
  void softmaxBackward(Tensor y, Tensor dy, Tensor dx);

  /** y = x - max - log(sum(exp(x - max))), row by row. */
  void logSoftmax(Tensor x, Tensor y);

  /** dx = dy - exp(y) * sum of dy, row by row. */
  void logSoftmaxBackward(Tensor y, Tensor dy, Tensor dx);

  /**
   * Cross-entropy with label smoothing s: losses[r] = -sum over c of t[c] * logSoftmax(x)[r, c],
   * where t = s / C everywhere plus 1 - s at the label. Also gives the softmax, which the gradient
   * wants.
   *
   * @throws IllegalArgumentException if a label is outside [0, C)
   */
  void crossEntropy(Tensor x, Tensor labels, float smoothing, Tensor losses, Tensor softmax);

  /** dx[r, c] = (softmax[r, c] - t[r, c]) * dLosses[r]. */
  void crossEntropyBackward(
      Tensor softmax, Tensor labels, float smoothing, Tensor dLosses, Tensor dx);

  /**
   * y[r] = KL(softmax(teacher[r] / T) || softmax(student[r] / T)); terms with a zero teacher
   * probability are zero.
   */
  void klDivergence(Tensor teacher, Tensor student, float temperature, Tensor y);

  /** dStudent[r] = (softmax(student[r] / T) - softmax(teacher[r] / T)) * dy[r] / T. */
  void klDivergenceBackward(
      Tensor teacher, Tensor student, float temperature, Tensor dy, Tensor dStudent);

  /** y[r] = x[r, labels[r]]. */
  void pick(Tensor x, Tensor labels, Tensor y);

  /** dx[r, c] = dy[r] if c = labels[r], else 0. */
  void pickBackward(Tensor labels, Tensor dy, Tensor dx);

  /** y[r] = x[r] / max(|x[r]|, eps). */
  void l2Normalize(Tensor x, float eps, Tensor y);

  /** The gradient of {@link #l2Normalize} at x. */
  void l2NormalizeBackward(Tensor x, float eps, Tensor dy, Tensor dx);

  /** y[r] = a[r] . b[r] / (max(|a[r]|, eps) * max(|b[r]|, eps)). */
  void cosineSimilarity(Tensor a, Tensor b, float eps, Tensor y);

  /** da = the gradient of {@link #cosineSimilarity} in a. */
  void cosineSimilarityBackward(Tensor a, Tensor b, float eps, Tensor dy, Tensor da);
}
