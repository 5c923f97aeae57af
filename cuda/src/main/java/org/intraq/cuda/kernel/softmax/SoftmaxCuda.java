package org.intraq.cuda.kernel.softmax;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code SoftmaxCuda.cu}: softmax, cross-entropy, divergence and picking on the rows of a
 * matrix; formulas in {@link org.intraq.tensor.backend.LossOps}. The caller checks labels.
 */
public final class SoftmaxCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public SoftmaxCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = exp(x - max) / sum. */
  public void softmax(int rows, int columns, long x, long y) {
    launch("softmax", rows, columns).pointer(x).pointer(y).run();
  }

  /** dx = y * (dy - sum of dy * y). */
  public void softmaxBackward(int rows, int columns, long y, long dy, long dx) {
    launch("softmax_backward", rows, columns).pointer(y).pointer(dy).pointer(dx).run();
  }

  /** y = x - max - log(sum(exp(x - max))). */
  public void logSoftmax(int rows, int columns, long x, long y) {
    launch("log_softmax", rows, columns).pointer(x).pointer(y).run();
  }

  /** dx = dy - exp(y) * sum of dy. */
  public void logSoftmaxBackward(int rows, int columns, long y, long dy, long dx) {
    launch("log_softmax_backward", rows, columns).pointer(y).pointer(dy).pointer(dx).run();
  }

  /** Cross-entropy with label smoothing, and the softmax. */
  public void crossEntropy(
      int rows, int columns, long x, long labels, float smoothing, long losses, long softmax) {
    launch("cross_entropy", rows, columns)
        .pointer(x)
        .pointer(labels)
        .real(smoothing)
        .pointer(losses)
        .pointer(softmax)
        .run();
  }

  /** dx = (softmax - target) * dLosses. */
  public void crossEntropyBackward(
      int rows, int columns, long softmax, long labels, float smoothing, long dLosses, long dx) {
    launch("cross_entropy_backward", rows, columns)
        .pointer(softmax)
        .pointer(labels)
        .real(smoothing)
        .pointer(dLosses)
        .pointer(dx)
        .run();
  }

  /** KL(softmax(teacher / T) || softmax(student / T)). */
  public void klDivergence(
      int rows, int columns, long teacher, long student, float temperature, long y) {
    launch("kl_divergence", rows, columns)
        .pointer(teacher)
        .pointer(student)
        .real(temperature)
        .pointer(y)
        .run();
  }

  /** dStudent = (softmax(student / T) - softmax(teacher / T)) * dy / T. */
  public void klDivergenceBackward(
      int rows,
      int columns,
      long teacher,
      long student,
      float temperature,
      long dy,
      long dStudent) {
    launch("kl_divergence_backward", rows, columns)
        .pointer(teacher)
        .pointer(student)
        .real(temperature)
        .pointer(dy)
        .pointer(dStudent)
        .run();
  }

  /** y[r] = x[r, labels[r]]. */
  public void pick(int rows, int columns, long x, long labels, long y) {
    launch("pick", rows, columns)
        .grid(Geometry.strided(rows))
        .pointer(x)
        .pointer(labels)
        .pointer(y)
        .run();
  }

  /** dx[r, c] = dy[r] if c = labels[r], else 0. */
  public void pickBackward(int rows, int columns, long labels, long dy, long dx) {
    launch("pick_backward", rows, columns).pointer(labels).pointer(dy).pointer(dx).run();
  }

  private Launch launch(String kernel, int rows, int columns) {
    return gpu.module(SoftmaxCuda.class)
        .launch(kernel)
        .grid(Geometry.warps(rows))
        .integer(rows)
        .integer(columns);
  }
}
