package org.intraq.cuda.kernel.resample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CropResizeFlipCudaTest extends ParityTesting {
  /** Random boxes; the first is the whole image, the second one pixel in its last corner. */
  private static int[] boxes(int n, int h, int w) {
    Random random = new Random(11);
    int[] boxes = new int[4 * n];
    for (int i = 0; i < n; i++) {
      int height = i == 0 ? h : i == 1 ? 1 : 1 + random.nextInt(h);
      int width = i == 0 ? w : i == 1 ? 1 : 1 + random.nextInt(w);
      boxes[4 * i] = i == 1 ? h - 1 : random.nextInt(h - height + 1);
      boxes[4 * i + 1] = i == 1 ? w - 1 : random.nextInt(w - width + 1);
      boxes[4 * i + 2] = height;
      boxes[4 * i + 3] = width;
    }
    return boxes;
  }

  /** The result, then the adjoint of dy. */
  private static float[] both(
      Backend backend, Scope scope, int[] size, float[] x, float[] dy, boolean forward) {
    int n = size[0];
    int h = size[1];
    int w = size[2];
    int c = size[3];
    int[] flips = new int[n];
    for (int i = 0; i < n; i++) {
      flips[i] = i % 3;
    }
    Tensor box = scope.of(boxes(n, h, w), n, 4);
    Tensor flip = scope.of(flips, n);
    if (forward) {
      Tensor y = output(scope, 1, n, size[4], size[5], c);
      backend.resample().cropResizeFlip(window(scope, x, 1, n, h, w, c), box, flip, y);
      return backend.memory().toArray(y);
    }
    Tensor dx = output(scope, 1, n, h, w, c);
    backend
        .resample()
        .cropResizeFlipBackward(window(scope, dy, 1, n, size[4], size[5], c), box, flip, dx);
    return backend.memory().toArray(dx);
  }

  @ParameterizedTest
  @CsvSource({"5, 6, 5, 2, 6, 5", "4, 7, 9, 3, 12, 4", "6, 5, 5, 1, 1, 1", "3, 32, 32, 3, 32, 32"})
  void forwardAndAdjointAreWithinTheBound(int n, int h, int w, int c, int oh, int ow) {
    int[] size = {n, h, w, c, oh, ow};
    float[] x = KernelData.signed(n * h * w * c, 1);
    float[] dy = KernelData.signed(n * oh * ow * c, 2);
    for (boolean forward : new boolean[] {true, false}) {
      float[] e = onCpu((backend, scope) -> both(backend, scope, size, x, dy, forward));
      float[] scale =
          onCpu(
              (backend, scope) ->
                  both(
                      backend,
                      scope,
                      size,
                      KernelData.absolute(x),
                      KernelData.absolute(dy),
                      forward));
      for (CudaBackend cuda : backends()) {
        float[] y = run(cuda, (backend, scope) -> both(backend, scope, size, x, dy, forward));
        KernelData.assertWithin("forward " + forward, e, y, forward ? 3 : ow + 5, scale);
        assertArrayEquals(
            y, run(cuda, (backend, scope) -> both(backend, scope, size, x, dy, forward)));
      }
    }
  }

  /** With whole boxes of the result's size nothing is interpolated: the adjoint is exact. */
  @Test
  void theAdjointOfACopyIsACopy() {
    float[] dy = KernelData.signed(2 * 4 * 4 * 3, 3);
    for (CudaBackend cuda : backends()) {
      float[] dx =
          run(
              cuda,
              (backend, scope) -> {
                Tensor result = scope.f32(2, 4, 4, 3);
                backend
                    .resample()
                    .cropResizeFlipBackward(
                        scope.of(dy, 2, 4, 4, 3),
                        scope.of(new int[] {0, 0, 4, 4, 0, 0, 4, 4}, 2, 4),
                        scope.of(new int[2], 2),
                        result);
                return backend.memory().toArray(result);
              });
      assertArrayEquals(dy, dx);
    }
  }

  @Test
  void boxesAreCheckedAsOnTheCpu() {
    for (CudaBackend cuda : backends()) {
      run(
          cuda,
          (backend, scope) -> {
            Tensor box = scope.of(new int[] {3, 0, 2, 2}, 1, 4);
            String message =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                            backend
                                .resample()
                                .cropResizeFlip(
                                    scope.f32(1, 4, 5, 3),
                                    box,
                                    scope.of(new int[1], 1),
                                    scope.f32(1, 2, 2, 3)))
                    .getMessage();
            assertEquals(
                "cropResizeFlip: expected boxes (top, left, height, width) of at least 1x1 within"
                    + " 4x5, got (3, 0, 2, 2) for image 0",
                message);
            return null;
          });
    }
  }
}
