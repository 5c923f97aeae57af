package org.intraq.cuda.kernel.pool;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolCudaTest extends ParityTesting {
  /** Maxima, their indices, and the gradient of dy. */
  private static float[][] max(Backend backend, Scope scope, Pool2dShape s, float[] x, int shift) {
    Tensor xs = window(scope, x, shift, s.n(), s.h(), s.w(), s.c());
    Tensor y = output(scope, shift, s.n(), s.outH(), s.outW(), s.c());
    Tensor argmax = scope.allocate(DType.S32, Shape.of(s.n(), s.outH(), s.outW(), s.c()));
    PoolingOps ops = backend.pooling();
    ops.maxPool(s, xs, y, argmax);
    float[] maxima = backend.memory().toArray(y);
    int[] winners = new int[argmax.size()];
    backend.memory().download(argmax, winners, 0);
    float[] indices = new float[winners.length];
    for (int i = 0; i < winners.length; i++) {
      indices[i] = winners[i];
    }
    Tensor dy = window(scope, KernelData.signed(y.size(), 3), shift, y.shape().toArray());
    ops.maxPoolBackward(s, dy, argmax, xs);
    return new float[][] {maxima, indices, backend.memory().toArray(xs)};
  }

  @ParameterizedTest
  @CsvSource({
    "2, 7, 6, 3, 3, 2, 1",
    "1, 5, 9, 8, 2, 2, 0",
    "3, 6, 6, 4, 3, 1, 1",
    "1, 4, 4, 5, 4, 1, 0",
    "0, 4, 4, 5, 2, 1, 0",
    "2, 11, 3, 12, 3, 3, 0"
  })
  void maximaAreExact(int n, int h, int w, int c, int kernel, int stride, int padding) {
    Pool2dShape s = Pool2dShape.of(n, h, w, c, kernel, stride, padding);
    // Few different values: ties in every window; NaN and infinity among them.
    float[] x = KernelData.wholes(n * h * w * c, 5);
    for (int i = 7; i < x.length; i += 31) {
      x[i] = i % 3 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
    }
    float[][][] e = new float[1][][];
    onCpu(
        (backend, scope) -> {
          e[0] = max(backend, scope, s, x, 0);
          return null;
        });
    for (CudaBackend cuda : backends()) {
      for (int shift : new int[] {0, 1}) {
        run(
            cuda,
            (backend, scope) -> {
              float[][] y = max(backend, scope, s, x, shift);
              assertArrayEquals(e[0][0], y[0], "maxima");
              assertArrayEquals(e[0][1], y[1], "winners");
              for (int i = 0; i < x.length; i++) {
                // Terms are below 5; there are kernel * kernel of them at most.
                assertEquals(
                    e[0][2][i], y[2][i], 5 * kernel * kernel * kernel * kernel * EPS, "dx " + i);
              }
              return null;
            });
      }
    }
  }

  private static float[] average(
      Backend backend, Scope scope, Pool2dShape s, float[] x, int shift, boolean counted) {
    Tensor xs = window(scope, x, shift, s.n(), s.h(), s.w(), s.c());
    Tensor y = output(scope, shift, s.n(), s.outH(), s.outW(), s.c());
    PoolingOps ops = backend.pooling();
    ops.averagePool(s, counted, xs, y);
    float[] means = backend.memory().toArray(y);
    ops.averagePoolBackward(s, counted, y, xs);
    float[] dx = backend.memory().toArray(xs);
    float[] both = java.util.Arrays.copyOf(means, means.length + dx.length);
    System.arraycopy(dx, 0, both, means.length, dx.length);
    return both;
  }

  @ParameterizedTest
  @CsvSource({"2, 7, 6, 3, 3, 2, 1", "1, 5, 9, 8, 2, 2, 0", "2, 6, 6, 4, 5, 1, 2"})
  void meansAreWithinTheBound(int n, int h, int w, int c, int kernel, int stride, int padding) {
    Pool2dShape s = Pool2dShape.of(n, h, w, c, kernel, stride, padding);
    float[] x = KernelData.signed(n * h * w * c, 6);
    float[] absolute = KernelData.absolute(x);
    for (boolean counted : new boolean[] {false, true}) {
      float[] e = onCpu((backend, scope) -> average(backend, scope, s, x, 0, counted));
      float[] scale = onCpu((backend, scope) -> average(backend, scope, s, absolute, 0, counted));
      for (CudaBackend cuda : backends()) {
        for (int shift : new int[] {0, 1}) {
          float[] y = run(cuda, (backend, scope) -> average(backend, scope, s, x, shift, counted));
          // The gradient is of the means, which have their own error.
          KernelData.assertWithin("average", e, y, 2 * kernel * kernel + 4, scale);
        }
      }
    }
  }

  private static float[] globalAndShortcut(
      Backend backend, Scope scope, int[] extents, float[] x, int shift) {
    Tensor xs = window(scope, x, shift, extents);
    int n = extents[0];
    int c = extents[3];
    Tensor y = output(scope, shift, n, c);
    PoolingOps ops = backend.pooling();
    ops.globalAverage(xs, y);
    float[] means = backend.memory().toArray(y);
    Tensor back = output(scope, shift, extents);
    ops.globalAverageBackward(y, back);
    float[] gradient = backend.memory().toArray(back);
    int oh = (extents[1] + 1) / 2;
    int ow = (extents[2] + 1) / 2;
    Tensor small = output(scope, shift, n, oh, ow, 2 * c + 4);
    ops.subsample(xs, 2, 4, small);
    float[] shortcut = backend.memory().toArray(small);
    ops.subsampleBackward(
        window(scope, KernelData.signed(small.size(), 9), shift, n, oh, ow, 2 * c + 4), 2, 4, back);
    return concatenated(means, gradient, shortcut, backend.memory().toArray(back));
  }

  private static float[] concatenated(float[]... parts) {
    int size = 0;
    for (float[] part : parts) {
      size += part.length;
    }
    float[] all = new float[size];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"3, 4, 5, 7", "2, 7, 7, 12", "1, 1, 1, 4", "70, 2, 3, 1", "2, 33, 9, 260"})
  void globalMeansAndShortcuts(int n, int h, int w, int c) {
    int[] extents = {n, h, w, c};
    float[] x = KernelData.signed(n * h * w * c, 8);
    float[] absolute = KernelData.absolute(x);
    float[] e = onCpu((backend, scope) -> globalAndShortcut(backend, scope, extents, x, 0));
    float[] scale =
        onCpu((backend, scope) -> globalAndShortcut(backend, scope, extents, absolute, 0));
    for (CudaBackend cuda : backends()) {
      for (int shift : new int[] {0, 3}) {
        float[] y =
            run(cuda, (backend, scope) -> globalAndShortcut(backend, scope, extents, x, shift));
        int means = n * c + x.length;
        for (int i = 0; i < y.length; i++) {
          double bound = i < means ? 10 * EPS * scale[i] : 0;
          assertEquals(e[i], y[i], bound, "element " + i);
        }
      }
    }
  }
}
