package org.intraq.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each run of the kernel tests names the vector width it means to test; this checks it got it. */
@Tag("kernel")
class VectorWidthTest {
  @Test
  void runsAtTheWidthThatTheBuildAskedFor() {
    Integer bits = Integer.getInteger("intraq.test.vectorBits");
    Assumptions.assumeTrue(bits != null, "native width: nothing was asked for");
    assertEquals(bits, FloatVector.SPECIES_PREFERRED.vectorBitSize());
  }
}
