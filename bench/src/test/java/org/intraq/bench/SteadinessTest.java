package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.intraq.bench.harness.Case;
import org.junit.jupiter.api.Test;

class SteadinessTest {
  private static final Case SMALL = Catalogue.get("inference/resnet20_cifar10:batch1").small();

  @Test
  void hasAllFiguresAfterElevenIterations() {
    Steadiness found = Steadiness.measure(SMALL, Implementation.SIMD, 1, 11);
    assertTrue(found.tenth() > 0 && found.last() > 0, found.words());
    assertTrue(found.allocated() >= 0, found.words());
    assertTrue(!(found.peak() < 0), found.words());
  }

  @Test
  void fewIterationsHaveNoTenth() {
    assertTrue(Double.isNaN(Steadiness.measure(SMALL, Implementation.SIMD, 1, 2).tenth()));
  }

  @Test
  void anImplementationWithoutTheStepIsAbsent() {
    assertTrue(Steadiness.measure(SMALL, Implementation.F32, 1, 1).absent());
  }

  @Test
  void allocatedBytesCountAllThreads() throws InterruptedException {
    long before = Steadiness.allocatedBytes();
    byte[][] kept = new byte[1][];
    Thread thread = new Thread(() -> kept[0] = new byte[1 << 20]);
    thread.start();
    thread.join();
    assertTrue(Steadiness.allocatedBytes() - before >= kept[0].length);
  }

  @Test
  void rowShowsTheTenthOverTheLastAndDecimalUnits() {
    String row = new Steadiness(3e6, 2e6, 5e3, 7e6).row("net", "simd", 2);
    assertEquals("net simd 2 2.0 ms 1.50 5 kB 7 MB", row.replaceAll(" +", " "));
  }

  @Test
  void anotherJvmAnswers() {
    Steadiness found =
        Steadiness.inOwnJvm(
            Catalogue.get("inference/resnet20_cifar10:batch1"), Implementation.SIMD, 1);
    assertTrue(found.last() > 0 && found.tenth() > 0, found.words());
  }
}
