package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.bench.harness.Case;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EveryCaseTest {
  static List<String> groups() {
    return Catalogue.all().stream().map(Case::group).distinct().toList();
  }

  /** Each case at its smallest size, against plain loops; beside {@link UnprofiledTest}'s. */
  @Tag("unprofiled")
  @ParameterizedTest
  @MethodSource("groups")
  void everyCaseOfTheGroupRunsOnce(String group) {
    for (Case problem : Catalogue.all()) {
      if (problem.group().equals(group)) {
        Verification.againstReference(problem, List.of(Implementation.SIMD), 2);
        assertTrue(problem.work().rate(1) > 0, problem.id());
      }
    }
  }

  /** One case of each group through JMH as a user runs it. */
  @ParameterizedTest
  @MethodSource("groups")
  void oneCaseOfTheGroupIsTimed(String group) {
    Case first =
        Catalogue.all().stream().filter(c -> c.group().equals(group)).findFirst().orElseThrow();
    List<String> both = List.of(Implementation.SIMD, Implementation.REFERENCE);
    Measured measured =
        new Comparison(Effort.ONCE, false, Double.POSITIVE_INFINITY)
            .measure(first.small(), both, 1);
    assertTrue(measured.nanos().get(Implementation.SIMD) > 0);
    assertTrue(measured.speedRatios().get(Implementation.REFERENCE) > 0);
  }

  @Test
  void everyGroupHasACaseInQuickRuns() {
    assertEquals(
        groups(),
        Catalogue.all().stream().filter(Case::quick).map(Case::group).distinct().toList());
  }

  @Test
  void caseWhoseResultIsWrongFails() {
    Case problem = Catalogue.get("gemm/odd:NN");
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                Verification.compare(
                    problem, "simd", new float[] {1f, 2f}, new float[] {1f, 2.1f}));
    assertTrue(e.getMessage().contains("gemm/odd:NN by simd: expected 2"), e.getMessage());
    assertThrows(
        IllegalStateException.class,
        () ->
            Verification.compare(
                problem, "simd", new float[] {1f, 2f}, new float[] {1f, Float.NaN}));
  }
}
