package org.intraq.tensor.kernel.elementary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Accuracy of the scalar functions, and equality of the vector ones with them. */
@Tag("kernel")
class FloatMathTest {
  /** A prime stride through all bit patterns, so that every exponent and many fractions come by. */
  private static final int STRIDE = 4099;

  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  @Test
  void expIsWithinItsBoundOverAllMagnitudes() {
    double worst = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      double exact = StrictMath.exp(x);
      float actual = FloatMath.exp(x);
      if (Float.isNaN(x)) {
        assertTrue(Float.isNaN(actual));
      } else if (exact >= 0x1.ffffffp127) {
        assertEquals(Float.POSITIVE_INFINITY, actual, "exp(" + x + ")");
      } else {
        worst = Math.max(worst, Math.abs(actual - exact) / Math.ulp((float) exact));
      }
    }
    assertTrue(worst <= 1.01 && worst > 0.5, "worst error " + worst + " ulp");
  }

  @Test
  void expOfSpecialValues() {
    assertEquals(1f, FloatMath.exp(0f));
    assertEquals(1f, FloatMath.exp(-0f));
    assertEquals(0f, FloatMath.exp(Float.NEGATIVE_INFINITY));
    assertEquals(0f, FloatMath.exp(-1e4f));
    assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(Float.POSITIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(1e4f));
    assertEquals(Float.MIN_VALUE, FloatMath.exp(-103f));
    assertTrue(Float.isNaN(FloatMath.exp(Float.NaN)));
  }

  @Test
  void logFractionIsWithinItsBound() {
    double worst = 0;
    for (int n = 1; n < 1 << 24; n += 61) {
      double exact = StrictMath.log(n * 0x1p-24);
      worst = Math.max(worst, ulps(exact, FloatMath.logFraction(n)));
    }
    // Next to one, where the logarithm vanishes.
    for (int n = (1 << 24) - 2000; n < 1 << 24; n++) {
      double exact = StrictMath.log(n * 0x1p-24);
      worst = Math.max(worst, ulps(exact, FloatMath.logFraction(n)));
    }
    assertTrue(worst <= 1 && worst > 0.5, "worst error " + worst + " ulp");
    assertEquals(0f, FloatMath.logFraction(1 << 24));
  }

  @Test
  void sinTurnIsWithinItsBoundAndHasItsSymmetries() {
    double worst = 0;
    for (int t = 1; t < 1 << 23; t += 31) {
      double exact = StrictMath.sin(Math.PI * Math.min(t, (1 << 23) - t) * 0x1p-23);
      float actual = FloatMath.sinTurn(t);
      worst = Math.max(worst, ulps(exact, actual));
      assertEquals(-actual, FloatMath.sinTurn(-t));
      assertEquals(actual, FloatMath.sinTurn(t + (1 << 24)));
      assertEquals(actual, FloatMath.sinTurn((1 << 23) - t));
    }
    assertTrue(worst <= 1.7 && worst > 0.5, "worst error " + worst + " ulp");
    assertEquals(0f, FloatMath.sinTurn(0));
    assertEquals(1f, FloatMath.sinTurn(1 << 22));
    assertEquals(-1f, FloatMath.sinTurn(3 << 22));
  }

  private static double ulps(double exact, float actual) {
    return Math.abs(actual - exact) / Math.ulp((float) exact);
  }

  @Test
  void vectorsGiveTheBitsOfTheScalars() {
    float[] x = new float[LANES];
    int[] n = new int[LANES];
    for (long bits = 0; bits < 1L << 32; bits += (long) STRIDE * LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        int pattern = (int) (bits + (long) STRIDE * lane);
        x[lane] = Float.intBitsToFloat(pattern);
        n[lane] = pattern & 0xffffff;
      }
      FloatVector exp = VectorMath.exp(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, x, 0));
      IntVector ints = IntVector.fromArray(IntVector.SPECIES_PREFERRED, n, 0);
      FloatVector log = VectorMath.logFraction(ints.add(1));
      FloatVector sin = VectorMath.sinTurn(ints);
      for (int lane = 0; lane < LANES; lane++) {
        assertSameBits(FloatMath.exp(x[lane]), exp.lane(lane));
        assertSameBits(FloatMath.logFraction(n[lane] + 1), log.lane(lane));
        assertSameBits(FloatMath.sinTurn(n[lane]), sin.lane(lane));
      }
    }
  }

  private static void assertSameBits(float expected, float actual) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      throw new AssertionError("expected " + expected + ", got " + actual);
    }
  }
}
