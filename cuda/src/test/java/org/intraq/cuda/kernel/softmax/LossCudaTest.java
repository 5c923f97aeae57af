package org.intraq.cuda.kernel.softmax;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.LossOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All of LossOps: both sides sum in double, so results differ by the last rounding alone. */
class LossCudaTest extends ParityTesting {
  private static final float SMOOTHING = 0.1f;

  private static int[] labels(int rows, int columns) {
    int[] labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      labels[r] = r * 7 % columns;
    }
    return labels;
  }

  /** Results of [R, C] first, then of [R], each operation once. */
  private static float[] losses(Backend backend, Scope scope, int m, int c, int shift) {
    float[] values = KernelData.signed(m * c, 1);
    for (int i = 0; i < values.length; i += 29) {
      values[i] *= 30;
    }
    Tensor x = window(scope, values, shift, m, c);
    Tensor other = window(scope, KernelData.signed(m * c, 2), shift, m, c);
    Tensor dy = window(scope, KernelData.signed(m * c, 3), shift, m, c);
    Tensor rows = window(scope, KernelData.signed(m, 4), shift, m);
    Tensor labels = scope.of(labels(m, c), m);
    LossOps ops = backend.loss();
    Tensor result = output(scope, shift, m, c);
    Tensor row = output(scope, shift, m);
    List<float[]> all = new ArrayList<>();
    BiConsumer<Tensor, Runnable> keep =
        (y, work) -> {
          work.run();
          all.add(backend.memory().toArray(y));
        };
    keep.accept(result, () -> ops.softmax(x, result));
    keep.accept(result, () -> ops.softmaxBackward(result, dy, result));
    keep.accept(result, () -> ops.logSoftmax(x, result));
    keep.accept(result, () -> ops.logSoftmaxBackward(result, dy, result));
    keep.accept(row, () -> ops.crossEntropy(x, labels, SMOOTHING, row, result));
    keep.accept(result, () -> ops.crossEntropyBackward(result, labels, SMOOTHING, rows, result));
    keep.accept(row, () -> ops.klDivergence(x, other, 2f, row));
    keep.accept(result, () -> ops.klDivergenceBackward(x, other, 2f, rows, result));
    keep.accept(row, () -> ops.pick(x, labels, row));
    keep.accept(result, () -> ops.pickBackward(labels, rows, result));
    keep.accept(result, () -> ops.l2Normalize(x, 1e-8f, result));
    keep.accept(result, () -> ops.l2NormalizeBackward(x, 1e-8f, dy, result));
    keep.accept(result, () -> ops.l2NormalizeBackward(x, 100f, dy, result));
    keep.accept(row, () -> ops.cosineSimilarity(x, other, 1e-8f, row));
    keep.accept(result, () -> ops.cosineSimilarityBackward(x, other, 1e-8f, rows, result));
    int size = all.stream().mapToInt(a -> a.length).sum();
    float[] joined = new float[size];
    int at = 0;
    for (float[] part : all) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 5", "9, 32", "3, 33", "70, 10", "2, 1000"})
  void allWithinTheLastRounding(int m, int c) {
    float[] e = onCpu((backend, scope) -> losses(backend, scope, m, c, 0));
    for (CudaBackend cuda : backends()) {
      for (int shift : new int[] {0, 1}) {
        float[] y = run(cuda, (backend, scope) -> losses(backend, scope, m, c, shift));
        for (int i = 0; i < y.length; i++) {
          // Backward passes read results of their own backend: a rounding of terms below 100.
          assertEquals(e[i], y[i], 2 * EPS * (Math.abs(e[i]) + 1), "element " + i);
        }
        assertArrayEquals(y, run(cuda, (b, scope) -> losses(b, scope, m, c, shift)));
      }
    }
  }

  @Test
  void aNaNSpoilsItsRowAlone() {
    float[] values = KernelData.signed(3 * 40, 5);
    values[50] = Float.NaN;
    for (CudaBackend cuda : backends()) {
      float[] y =
          run(
              cuda,
              (backend, scope) -> {
                Tensor x = scope.of(values, 3, 40);
                backend.loss().softmax(x, x);
                return backend.memory().toArray(x);
              });
      for (int i = 0; i < y.length; i++) {
        assertEquals(i / 40 == 1, Float.isNaN(y[i]), "element " + i);
      }
    }
  }

  @Test
  void emptyMatricesWork() {
    for (CudaBackend cuda : backends()) {
      run(
          cuda,
          (backend, scope) -> {
            LossOps ops = backend.loss();
            ops.softmax(scope.f32(0, 3), scope.f32(0, 3));
            ops.pick(scope.f32(0, 3), scope.of(new int[0], 0), scope.f32(0));
            ops.l2Normalize(scope.f32(2, 0), 0, scope.f32(2, 0));
            return null;
          });
    }
  }

  /** Labels that were uploaded, and labels that were computed on the device. */
  @Test
  void labelsAreCheckedAsOnTheCpu() {
    for (CudaBackend cuda : backends()) {
      run(
          cuda,
          (backend, scope) -> {
            Tensor x = scope.of(KernelData.signed(6, 1), 2, 3);
            Tensor y = scope.f32(2);
            Tensor labels = scope.of(new int[] {0, 3}, 2);
            assertLabel("3 at index 1", () -> backend.loss().pick(x, labels, y));
            backend.memory().upload(new int[] {-1, 2}, 0, labels);
            assertLabel("-1 at index 0", () -> backend.loss().pick(x, labels, y));
            backend.memory().fill(labels, 7);
            assertLabel("7 at index 0", () -> backend.loss().pick(x, labels, y));
            Tensor computed = scope.allocate(DType.S32, Shape.of(2));
            backend.reduction().argMaxRows(x, computed);
            backend.loss().pick(x, computed, y);
            backend.memory().copy(labels, computed);
            assertLabel("7 at index 0", () -> backend.loss().pick(x, computed, y));
            // The slice lies inside what was uploaded.
            Tensor four = scope.of(new int[] {9, 0, 2, 9}, 4);
            backend.loss().pick(x, four.slice(1, 3), y);
            return null;
          });
    }
  }

  private static void assertLabel(String got, Runnable call) {
    assertEquals(
        "pick: expected labels in [0, 3), got " + got,
        assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
