package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.bench.guard.Guard;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private static final double PATIENCE = 4;
  private static final double SHORT = 0.3;

  @Test
  void everyKernelKeepsAtLeastHalfOfItsRecordedShareOfThePeak() {
    try (Backend backend = new CpuBackend(1)) {
      List<Guard.Finding> slow =
          new Guard(Catalogue::get, PATIENCE)
              .checkAll(backend).stream().filter(f -> !f.passed()).toList();
      assertEquals(
          List.of(),
          slow,
          "kernels that are less than half as fast as recorded; './intraq bench --filter ...' times"
              + " them, shares.properties says how to record anew");
    }
  }

  /** Plain loops stand for a kernel that has lost its vectorisation. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemm/mobilenet_w3d4.stage4.unit1:NT",
        "depthwise/mobilenet_w3d4.stage4.unit2.dw_conv:forward",
        "memory-bound/resnet20.stage1.unit1:batchMoments",
        "quantize/resnet20.stage1.unit1:fakeQuantize",
      })
  void kernelThatIsNotVectorisedFails(String id) {
    double recorded = Guard.recorded().get(id);
    try (Backend plain = CpuBackend.reference(1)) {
      Guard.Finding finding = new Guard(Catalogue::get, SHORT).check(id, recorded, plain);
      assertFalse(finding.passed(), finding::toString);
    }
  }

  @Test
  void halfOfTheRecordIsEnough() {
    assertTrue(new Guard.Finding("a", 0.31, 0.6).passed());
    assertFalse(new Guard.Finding("a", 0.29, 0.6).passed());
    assertFalse(new Guard.Finding("a", Double.NaN, 0.6).passed());
  }
}
