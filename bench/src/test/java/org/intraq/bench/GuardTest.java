package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.intraq.bench.guard.Guard;
import org.intraq.bench.guard.Guard.Finding;
import org.intraq.bench.guard.OwnJvm;
import org.intraq.bench.guard.ShareMeter;
import org.intraq.bench.guard.Tier;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.backend.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private static final String MOMENTS = "memory-bound/resnet20.stage1.unit1:batchMoments";
  private static final long PAUSE = 3000;

  private static Guard guard(double patience, double patienceInOwnJvm, long pauseMillis) {
    return new Guard(
        new ShareMeter(Catalogue::get, patience),
        new OwnJvm(ShareMain.class, patienceInOwnJvm),
        pauseMillis);
  }

  @Test
  void everyKernelKeepsAtLeastHalfOfItsRecordedShareOfThePeak(TestReporter reporter) {
    List<Finding> findings = guard(1.5, 4, PAUSE).checkAll();
    findings.stream().filter(Finding::recovered).forEach(f -> reporter.publishEntry(f.toString()));
    assertEquals(
        List.of(),
        findings.stream().filter(f -> !f.passed()).toList(),
        "kernels that are less than half as fast as recorded; './intraq bench --filter ...' times"
            + " them, shares.properties says how to record anew");
  }

  /**
   * Plain loops stand for a kernel that has lost its vectorisation: it is slow everywhere. One is
   * measured against the peak of arithmetic and one against that of memory.
   */
  @ParameterizedTest
  @ValueSource(strings = {"depthwise/mobilenet_w3d4.stage4.unit2.dw_conv:forward", MOMENTS})
  void kernelThatIsNotVectorisedFails(String id) {
    Finding finding = guard(0.3, 0.3, 0).check(id, Guard.recorded().get(id), Tier.REFERENCE);
    assertFalse(finding.passed(), finding::toString);
    assertEquals(3, finding.shares().size(), finding::toString);
  }

  @Test
  void kernelThatIsSlowInThisJvmAloneRecovers() {
    Guard guard = new Guard((id, tier, enough) -> 0.01, new OwnJvm(ShareMain.class, 4), PAUSE);
    Finding finding = guard.check(MOMENTS, Guard.recorded().get(MOMENTS), Tier.SIMD);
    assertTrue(finding.recovered(), finding::toString);
  }

  @Test
  void jvmThatFailsSaysWhy() {
    OwnJvm jvm = new OwnJvm(ShareMain.class, 0.1);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> jvm.share("no/such:case", Tier.SIMD, 1));
    assertTrue(e.getMessage().contains("the JVM for [no/such:case, SIMD"), e.getMessage());
    assertTrue(e.getMessage().contains("IllegalArgumentException"), e.getMessage());
  }

  /** A kernel that only makes an array in each run, of so many floats. */
  private record Leaving(int floats) implements Case {
    @Override
    public String group() {
      return "test";
    }

    @Override
    public String shape() {
      return "leaving" + floats;
    }

    @Override
    public Work work() {
      return Work.arithmetic(1e6);
    }

    @Override
    public Instance make(Backend backend) {
      return new Instance() {
        private float[] left = {};

        @Override
        public void run() {
          left = new float[floats];
        }

        @Override
        public float[] result() {
          return left;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public Case small() {
      return this;
    }

    @Override
    public Optional<String> difference(float[] expected, float[] actual) {
      return Optional.empty();
    }

    @Override
    public boolean quick() {
      return false;
    }
  }

  @Test
  void kernelThatLeavesObjectsHasNoShare() {
    assertEquals(0, new ShareMeter(id -> new Leaving(1 << 16), 0.2).share("any", Tier.SIMD, 1e-9));
    assertTrue(new ShareMeter(id -> new Leaving(1), 0.2).share("any", Tier.SIMD, 1e-9) > 0);
  }

  @Test
  void halfOfTheRecordIsEnough() {
    assertTrue(new Finding("a", List.of(0.31), 0.6).passed());
    assertFalse(new Finding("a", List.of(0.31), 0.6).recovered());
    assertFalse(new Finding("a", List.of(0.29, 0.2), 0.6).passed());
    assertTrue(new Finding("a", List.of(0.29, 0.31), 0.6).recovered());
    assertFalse(new Finding("a", List.of(Double.NaN), 0.6).passed());
  }
}
