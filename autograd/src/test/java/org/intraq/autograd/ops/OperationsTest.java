package org.intraq.autograd.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.intraq.autograd.GradientCheck;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of the catalogue: its value, its gradient, and that neither leaks nor depends on
 * the threads.
 */
class OperationsTest {
  private static final CpuBackend CPU = new CpuBackend(2);

  @AfterAll
  static void close() {
    assertEquals(0, CPU.memory().liveStorages(), "leaked storages");
    CPU.close();
  }

  static List<OperationCatalogue.Sample> rows() {
    return OperationCatalogue.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void valueIsThatOfTheDefinition(OperationCatalogue.Sample row) {
    float[] y = value(CPU, row);
    double[] expected =
        row.definition().apply(row.inputs().stream().map(GradientCheck.Input::values).toList());
    assertEquals(expected.length, y.length);
    double largest = 0;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    assertTrue(largest > 0, "degenerate sample");
    for (int i = 0; i < y.length; i++) {
      // Sums here have fewer than 100 terms: 100 roundings of the largest value bound them.
      assertEquals(expected[i], y[i], 100 * Math.ulp(1f) * Math.max(largest, 1), "element " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void gradientIsTheSlope(OperationCatalogue.Sample row) {
    var outcome = new GradientCheck(CPU, row.operation(), row.inputs(), row.step(), 42).worst();
    assertTrue(outcome.error() >= 0 && outcome.error() <= row.tolerance(), outcome::toString);
    assertTrue(outcome.analytic() != 0, "degenerate gradient");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void oneThreadGivesTheSameBits(OperationCatalogue.Sample row) {
    try (CpuBackend single = new CpuBackend(1)) {
      assertArrayEquals(value(CPU, row), value(single, row));
    }
  }

  /** An operation that the catalogue does not know is tested by nobody. */
  @Test
  void everyOperationHasARow() throws IOException, URISyntaxException {
    Path classes = Path.of(Add.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> names = rows().stream().map(OperationCatalogue.Sample::name).toList();
    Set<String> missing = new TreeSet<>();
    try (Stream<Path> files = Files.list(classes.resolve("org/intraq/autograd/ops"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String operation = file.getFileName().toString().replaceFirst("\\.class$", "");
        if (!operation.matches("[A-Z]\\w*")) {
          continue; // a nested class or the package's card
        }
        if (names.stream().noneMatch(n -> n.matches(operation + "\\b.*"))) {
          missing.add(operation);
        }
      }
    }
    // MomentTerms, Operands and Rows help other operations; the gradient of rounding is not its
    // slope, which StraightThroughTest and ConvNormQuantizeTest look at.
    assertEquals(
        Set.of("ConvNormQuantize", "FakeQuantize", "MomentTerms", "Operands", "Rows"), missing);
  }

  private static float[] value(CpuBackend backend, OperationCatalogue.Sample row) {
    try (Tape tape = Tape.inference(backend)) {
      List<Variable> inputs = OperationCatalogue.constants(tape, row);
      return backend.memory().toArray(row.operation().apply(tape, inputs).value());
    }
  }
}
