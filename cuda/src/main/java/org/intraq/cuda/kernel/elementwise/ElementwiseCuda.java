package org.intraq.cuda.kernel.elementwise;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/** Launches {@code ElementwiseCuda.cu}: element-wise arithmetic and rectifiers on n elements. */
public final class ElementwiseCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public ElementwiseCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = alpha * a + beta * b; with beta = 0 b is not read. */
  public void linear(int n, float alpha, long a, float beta, long b, long y) {
    launch("linear", n).real(alpha).pointer(a).real(beta).pointer(b).pointer(y).run();
  }

  /** y = a * b. */
  public void multiply(int n, long a, long b, long y) {
    launch("multiply", n).pointer(a).pointer(b).pointer(y).run();
  }

  /** y = alpha * x + shift. */
  public void scaleShift(int n, float alpha, long x, float shift, long y) {
    launch("scale_shift", n).real(alpha).pointer(x).real(shift).pointer(y).run();
  }

  /** y = min(max(x, 0), cap). */
  public void relu(int n, long x, float cap, long y) {
    launch("relu", n).pointer(x).real(cap).pointer(y).run();
  }

  /** dx = dy where 0 &lt; y &lt; cap, else 0. */
  public void reluBackward(int n, long y, float cap, long dy, long dx) {
    launch("relu_backward", n).pointer(y).real(cap).pointer(dy).pointer(dx).run();
  }

  /** y = min(max(a + b, 0), cap). */
  public void addRelu(int n, long a, long b, float cap, long y) {
    launch("add_relu", n).pointer(a).pointer(b).real(cap).pointer(y).run();
  }

  private Launch launch(String kernel, int n) {
    return gpu.module(ElementwiseCuda.class).launch(kernel).grid(Geometry.strided(n)).integer(n);
  }
}
