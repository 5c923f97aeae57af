package org.intraq.cuda.kernel.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomCudaTest extends ParityTesting {
  @ParameterizedTest
  @CsvSource({"0, 1, 0", "1, 7, 0", "3, -5, 12", "4, 0, -1", "1021, 123456789012345, 4294967290"})
  void theBitsOfTheCpu(int n, long key, long counter) {
    Work uniform =
        (backend, scope) -> {
          Tensor y = scope.f32(n + 1).slice(1, n + 1);
          backend.random().uniform(key, counter, -1.5f, 2.5f, y);
          return backend.memory().toArray(y);
        };
    Work normal =
        (backend, scope) -> {
          Tensor y = scope.f32(n);
          backend.random().normal(key, counter, 0.25f, 3f, y);
          return backend.memory().toArray(y);
        };
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(onCpu(uniform), run(cuda, uniform));
      assertArrayEquals(onCpu(normal), run(cuda, normal));
    }
  }

  @ParameterizedTest
  @CsvSource({"1.0, 1.0", "0.0, 1.401298464324817E-45", "16777214, 16777216"})
  void neverTheUpperBound(float low, float high) {
    Work work =
        (backend, scope) -> {
          Tensor y = scope.f32(500);
          backend.random().uniform(3, 4, low, high, y);
          return backend.memory().toArray(y);
        };
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(onCpu(work), run(cuda, work));
    }
  }
}
