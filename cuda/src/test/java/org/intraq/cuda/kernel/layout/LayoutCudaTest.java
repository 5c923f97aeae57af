package org.intraq.cuda.kernel.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutCudaTest extends ParityTesting {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "2, 3, 5, 7",
    "1, 33, 8, 4",
    "3, 64, 6, 11",
    "0, 3, 4, 4",
    "2, 3, 0, 4"
  })
  void bothWaysAsOnTheCpu(int n, int c, int h, int w) {
    float[] values = KernelData.signed(n * c * h * w, 1);
    Work there =
        (backend, scope) -> {
          Tensor y = scope.f32(n, h, w, c);
          backend.memory().nchwToNhwc(scope.of(values, n, c, h, w), y);
          return backend.memory().toArray(y);
        };
    Work thereAndBack =
        (backend, scope) -> {
          Tensor y = scope.f32(n, h, w, c);
          Tensor x = scope.f32(n, c, h, w);
          backend.memory().nchwToNhwc(scope.of(values, n, c, h, w), y);
          backend.memory().nhwcToNchw(y, x);
          return backend.memory().toArray(x);
        };
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(onCpu(there), run(cuda, there));
      assertArrayEquals(values, run(cuda, thereAndBack));
    }
  }
}
