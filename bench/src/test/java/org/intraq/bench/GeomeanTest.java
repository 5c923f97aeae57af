package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.intraq.bench.harness.Case;
import org.junit.jupiter.api.Test;

class GeomeanTest {
  private static Measured measured(Case problem, double ratio, boolean settled) {
    return new Measured(
        problem,
        1,
        Map.of("simd", 1.0, "pytorch", ratio),
        Map.of("pytorch", ratio),
        Map.of(),
        settled);
  }

  @Test
  void tellsOfHowManyCasesItIsAndHowManyHadNotSettled() {
    List<Case> group =
        Catalogue.all().stream().filter(c -> c.group().equals("gemm")).limit(3).toList();
    List<Measured> all =
        List.of(
            measured(group.get(0), 4, true),
            measured(group.get(1), 0.5, false),
            measured(group.get(2), 0.5, true));
    Geomean mean = Geomean.of(all).getFirst();
    assertEquals(1, mean.speedRatio(), 1e-12);
    assertEquals(0.5, mean.worst());
    assertEquals(group.get(1).shape(), mean.worstShape());
    assertEquals(3, mean.cases());
    assertEquals(1, mean.unsettled());
    StringWriter text = new StringWriter();
    new Report(new PrintWriter(text), null).geomeans(List.of(mean));
    assertTrue(text.toString().contains("3, ~ 1"), text.toString());
  }
}
