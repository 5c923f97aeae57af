package org.intraq.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each run of the kernel tests names the vector width it means to test, in {@code
 * intraq.test.vectorBits}; this checks that it got it.
 */
@Tag("kernel")
class VectorWidthTest {
  private static final int BITS = Integer.getInteger("intraq.test.vectorBits", -1);

  @Test
  void runsAtTheWidthThatTheBuildAskedFor() {
    assertTrue(BITS > 0, "expected -Dintraq.test.vectorBits=BITS for this run, got none");
    assertTrue(
        ManagementFactory.getRuntimeMXBean()
            .getInputArguments()
            .contains("-XX:MaxVectorSize=" + BITS / 8),
        "expected -XX:MaxVectorSize=" + BITS / 8 + " for a run at " + BITS + " bits");
    int got = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    // The JVM may use BITS; that it uses fewer can only be because the processor has no more.
    Assumptions.assumeTrue(
        got >= BITS,
        "skipped: no vectors of "
            + BITS
            + " bits on this processor; the kernels ran at its widest, "
            + got);
    assertEquals(BITS, got);
  }
}
