package org.intraq.cuda.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Compares a convolution and its adjoints on CUDA with the CPU's plain loops. */
public abstract class ConvolutionParityTesting extends ParityTesting {
  private record Operands(float[] x, float[] w, float[] dy, float[] dw, boolean odd) {
    Operands absolutes() {
      return new Operands(absolute(x), absolute(w), absolute(dy), absolute(dw), odd);
    }
  }

  /** One of the three directions. */
  @FunctionalInterface
  private interface Direction {
    float[] run(Backend backend, Scope scope, Operands operands);
  }

  private static Tensor place(Scope scope, boolean odd, float[] values, int... extents) {
    if (!odd) {
      return scope.of(values, extents);
    }
    float[] moved = nans(values.length + 1);
    System.arraycopy(values, 0, moved, 1, values.length);
    return scope.of(moved, moved.length).slice(1, moved.length).reshape(extents);
  }

  private static Tensor image(Scope scope, boolean odd, Conv2dShape s, float[] values) {
    return place(scope, odd, values, s.n(), s.h(), s.w(), s.ic());
  }

  private static Tensor filters(Scope scope, boolean odd, Conv2dShape s, float[] values) {
    return place(scope, odd, values, s.kh(), s.kw(), s.icPerGroup(), s.oc());
  }

  private static Tensor result(Scope scope, boolean odd, Conv2dShape s, float[] values) {
    return place(scope, odd, values, s.n(), s.outH(), s.outW(), s.oc());
  }

  /** All three directions; operands aligned, or at odd offsets. */
  protected final void check(Conv2dShape s, boolean odd) {
    Operands operands =
        new Operands(
            signed(s.inputSize(), 1),
            signed(s.weightSize(), 2),
            signed(s.outputSize(), 3),
            signed(s.weightSize(), 4),
            odd);
    int window = s.kh() * s.kw();
    compare(
        "forward " + s,
        window * s.icPerGroup(),
        operands,
        (b, scope, o) -> forward(b, scope, s, o));
    compare(
        "input " + s, window * s.ocPerGroup(), operands, (b, scope, o) -> input(b, scope, s, o));
    int pixels = s.n() * s.outH() * s.outW();
    for (float beta : new float[] {0, 1}) {
      compare("weights " + s, pixels + 1, operands, (b, scope, o) -> weights(b, scope, s, o, beta));
    }
  }

  private void compare(String what, int terms, Operands operands, Direction direction) {
    float[] expected = onCpu((backend, scope) -> direction.run(backend, scope, operands));
    float[] scale = onCpu((backend, scope) -> direction.run(backend, scope, operands.absolutes()));
    for (CudaBackend cuda : backends()) {
      float[] y = run(cuda, (backend, scope) -> direction.run(backend, scope, operands));
      assertWithin(what, expected, y, terms, scale);
      assertArrayEquals(
          y,
          run(cuda, (backend, scope) -> direction.run(backend, scope, operands)),
          "a second run gives other bits");
    }
  }

  private static float[] forward(Backend backend, Scope scope, Conv2dShape s, Operands o) {
    Tensor y = result(scope, o.odd, s, nans(s.outputSize()));
    Tensor x = image(scope, o.odd, s, o.x);
    backend.convolution().forward(s, x, filters(scope, o.odd, s, o.w), y);
    return backend.memory().toArray(y);
  }

  private static float[] input(Backend backend, Scope scope, Conv2dShape s, Operands o) {
    Tensor dx = image(scope, o.odd, s, nans(s.inputSize()));
    Tensor dy = result(scope, o.odd, s, o.dy);
    backend.convolution().backwardInput(s, dy, filters(scope, o.odd, s, o.w), dx);
    return backend.memory().toArray(dx);
  }

  private static float[] weights(
      Backend backend, Scope scope, Conv2dShape s, Operands o, float beta) {
    Tensor dw = filters(scope, o.odd, s, beta == 0 ? nans(s.weightSize()) : o.dw);
    Tensor x = image(scope, o.odd, s, o.x);
    Tensor dy = result(scope, o.odd, s, o.dy);
    backend.convolution().backwardWeights(s, x, dy, beta, dw);
    return backend.memory().toArray(dw);
  }
}
