package org.intraq.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.intraq.autograd.GradientCheck;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.OperationCatalogue;
import org.intraq.autograd.ops.OperationCatalogue.Sample;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operation catalogue of autograd on CUDA: values against definition and CPU, gradients. */
class CatalogueTest {
  private static List<CudaBackend> backends;
  private static CpuBackend cpu;

  @BeforeAll
  static void open() {
    backends = CudaTesting.backends();
    cpu = CpuBackend.reference(1);
  }

  @AfterAll
  static void close() {
    if (backends == null) {
      return;
    }
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.memory().liveStorages(), "leaked storages");
      assertEquals(0, backend.memory().liveBytes(), "leaked bytes");
      backend.close();
    }
    cpu.close();
  }

  static Stream<Sample> rows() {
    return OperationCatalogue.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void valueIsThatOfDefinitionAndCpu(Sample row) {
    double[] expected =
        row.definition().apply(row.inputs().stream().map(GradientCheck.Input::values).toList());
    float[] reference = value(cpu, row);
    double largest = 1;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (CudaBackend backend : backends) {
      float[] y = value(backend, row);
      assertEquals(expected.length, y.length);
      for (int i = 0; i < y.length; i++) {
        // Sums here have fewer than 100 terms: 100 roundings of the largest value bound them.
        assertEquals(expected[i], y[i], 100 * Math.ulp(1f) * largest, "element " + i);
        assertEquals(reference[i], y[i], 100 * Math.ulp(1f) * largest, "CPU, element " + i);
      }
      assertArrayEquals(y, value(backend, row), "a second run gives other bits");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void gradientIsTheSlope(Sample row) {
    for (CudaBackend backend : backends) {
      var outcome =
          new GradientCheck(backend, row.operation(), row.inputs(), row.step(), 42).worst();
      assertTrue(outcome.error() >= 0 && outcome.error() <= row.tolerance(), outcome::toString);
      assertTrue(outcome.analytic() != 0, "degenerate gradient");
    }
  }

  private static float[] value(Backend backend, Sample row) {
    try (Tape tape = Tape.inference(backend)) {
      List<Variable> inputs = OperationCatalogue.constants(tape, row);
      return backend.memory().toArray(row.operation().apply(tape, inputs).value());
    }
  }
}
