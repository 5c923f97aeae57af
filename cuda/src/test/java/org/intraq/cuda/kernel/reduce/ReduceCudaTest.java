package org.intraq.cuda.kernel.reduce;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ReductionOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReduceCudaTest extends ParityTesting {
  /** Sum, sum of squares, column sums, row sums, in this order. */
  private static float[] sums(Backend backend, Scope scope, float[] values, int m, int c) {
    Tensor x = scope.of(values, m, c);
    Tensor y = scope.f32(2 + c + m);
    ReductionOps ops = backend.reduction();
    ops.sum(x, y.slice(0, 1));
    ops.sumSquares(x, y.slice(1, 2));
    ops.columnSums(x, y.slice(2, 2 + c));
    ops.rowSums(x, y.slice(2 + c, 2 + c + m));
    return backend.memory().toArray(y);
  }

  private static float[] extremes(Backend backend, Scope scope, float[] values, int m, int c) {
    Tensor x = scope.of(values, m, c);
    Tensor y = scope.f32(2 + 2 * c);
    backend.reduction().minMax(x, y.slice(0, 2));
    backend.reduction().minMaxChannels(x, y.slice(2, 2 + 2 * c).reshape(2, c));
    return backend.memory().toArray(y);
  }

  private static float[] indices(Backend backend, Scope scope, float[] values, int m, int c) {
    Tensor y = scope.allocate(DType.S32, Shape.of(m));
    backend.reduction().argMaxRows(scope.of(values, m, c), y);
    int[] found = new int[m];
    backend.memory().download(y, found, 0);
    float[] result = new float[m];
    for (int i = 0; i < m; i++) {
      result[i] = found[i];
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "7, 33", "600, 3", "40, 300", "9000, 2", "1, 1000", "2, 0", "0, 3"})
  void sumsAreWithinTheBound(int m, int c) {
    float[] values = KernelData.signed(m * c, 7);
    float[] absolute = KernelData.absolute(values);
    float[] expected = onCpu((backend, scope) -> sums(backend, scope, values, m, c));
    float[] scale = onCpu((backend, scope) -> sums(backend, scope, absolute, m, c));
    for (CudaBackend cuda : backends()) {
      float[] y = run(cuda, (backend, scope) -> sums(backend, scope, values, m, c));
      for (int i = 0; i < y.length; i++) {
        // 32 terms in single precision, then double; the square adds a rounding.
        assertEquals(expected[i], y[i], 36 * Math.scalb((double) scale[i], -24), "element " + i);
      }
      assertArrayEquals(y, run(cuda, (backend, scope) -> sums(backend, scope, values, m, c)));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "7, 33, 0", "600, 3, 0", "40, 65, 17", "9000, 2, 8001", "0, 3, 0"})
  void extremesAreExact(int m, int c, int nanAt) {
    float[] values = KernelData.signed(m * c, 8);
    if (values.length > 4) {
      values[1] = -0f;
      values[2] = 0f;
      values[3] = Float.NEGATIVE_INFINITY;
    }
    for (boolean withNan : new boolean[] {false, true}) {
      if (withNan && values.length > 0) {
        values[nanAt] = Float.NaN;
      }
      float[] expected = onCpu((backend, scope) -> extremes(backend, scope, values, m, c));
      for (CudaBackend cuda : backends()) {
        assertArrayEquals(
            expected, run(cuda, (backend, scope) -> extremes(backend, scope, values, m, c)));
      }
    }
  }

  /** Zeros of both signs: assertArrayEquals tells them apart. */
  @ParameterizedTest
  @CsvSource({"1, 1", "33, 7", "9000, 2"})
  void anExtremumOfZeroIsPositive(int m, int c) {
    float[] values = new float[m * c];
    for (int i = 0; i < values.length; i += 3) {
      values[i] = -0f;
    }
    for (CudaBackend cuda : backends()) {
      float[] found = run(cuda, (backend, scope) -> extremes(backend, scope, values, m, c));
      assertArrayEquals(new float[2 + 2 * c], found);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "9, 10", "40, 31", "3, 100", "70, 1"})
  void theFirstOfTheLargestIsFound(int m, int c) {
    // Few different values: ties in every row; NaN, all of -infinity.
    float[] values = KernelData.wholes(m * c, 9);
    for (int i = 0; i < values.length; i += 37) {
      values[i] = i % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
    }
    java.util.Arrays.fill(values, 0, c, Float.NEGATIVE_INFINITY);
    float[] expected = onCpu((backend, scope) -> indices(backend, scope, values, m, c));
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(
          expected, run(cuda, (backend, scope) -> indices(backend, scope, values, m, c)));
    }
  }
}
