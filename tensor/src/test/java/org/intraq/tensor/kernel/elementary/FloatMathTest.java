package org.intraq.tensor.kernel.elementary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Accuracy of the scalar functions, and equality of the vector ones with them. */
@Tag("kernel")
class FloatMathTest {
  /** A prime stride through all bit patterns, so that every exponent and many fractions come by. */
  private static final int STRIDE = 4099;

  /** Several vectors and, whatever their width, a rest for the scalars. */
  private static final int COUNT = 67;

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
    float[] x = new float[COUNT];
    int[] n = new int[COUNT];
    int[] next = new int[COUNT];
    float[] exp = new float[COUNT + 1];
    float[] log = new float[COUNT + 1];
    float[] sin = new float[COUNT + 1];
    for (long bits = 0; bits < 1L << 32; bits += (long) STRIDE * COUNT) {
      for (int i = 0; i < COUNT; i++) {
        int pattern = (int) (bits + (long) STRIDE * i);
        x[i] = Float.intBitsToFloat(pattern);
        n[i] = pattern & 0xffffff;
        next[i] = n[i] + 1;
      }
      VectorMath.exp(COUNT, x, 0, exp, 1);
      VectorMath.logFraction(COUNT, next, 0, log, 1);
      VectorMath.sinTurn(COUNT, n, 0, sin, 1);
      for (int i = 0; i < COUNT; i++) {
        assertSameBits(FloatMath.exp(x[i]), exp[1 + i]);
        assertSameBits(FloatMath.logFraction(next[i]), log[1 + i]);
        assertSameBits(FloatMath.sinTurn(n[i]), sin[1 + i]);
      }
    }
  }

  private static void assertSameBits(float expected, float actual) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      throw new AssertionError("expected " + expected + ", got " + actual);
    }
  }
}
