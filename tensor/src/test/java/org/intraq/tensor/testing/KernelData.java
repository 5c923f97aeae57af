package org.intraq.tensor.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/** Seeded inputs and computed tolerances for kernel contract tests. */
public final class KernelData {
  /** Unit roundoff times two: the spacing of floats near one. */
  public static final double EPS = Math.ulp(1f);

  private KernelData() {}

  /** Signed values of about unit size; many tests make millions, hence the fast generator. */
  public static float[] signed(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Whole numbers in [-4, 4]: their sums of products are exact in float up to a million terms. */
  public static float[] wholes(int size, long seed) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return values;
  }

  /** The values between borders of {@code margin} NaNs. */
  public static float[] inNaNs(float[] values, int margin) {
    float[] framed = new float[values.length + 2 * margin];
    Arrays.fill(framed, Float.NaN);
    System.arraycopy(values, 0, framed, margin, values.length);
    return framed;
  }

  /** What {@link #inNaNs} framed; asserts that the borders still are NaN. */
  public static float[] unframed(float[] framed, int margin) {
    for (int i = 0; i < margin; i++) {
      assertTrue(
          Float.isNaN(framed[i]) && Float.isNaN(framed[framed.length - 1 - i]),
          "the border was written");
    }
    return Arrays.copyOfRange(framed, margin, framed.length - margin);
  }

  /** An array of NaNs. */
  public static float[] nans(int size) {
    float[] values = new float[size];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  /** The absolute values, with which a kernel computes the error scale sum |a||b|. */
  public static float[] absolute(float[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = Math.abs(values[i]);
    }
    return result;
  }

  /** Asserts |actual - expected| <= (terms + 3) * eps * scale, element by element. */
  public static void assertWithin(
      String what, float[] expected, float[] actual, int terms, float[] scale) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      double bound = (terms + 3) * EPS * scale[i];
      double error = Math.abs((double) actual[i] - expected[i]);
      int at = i;
      assertTrue(
          error <= bound,
          () ->
              what
                  + ": element "
                  + at
                  + " is "
                  + actual[at]
                  + ", expected "
                  + expected[at]
                  + " +- "
                  + bound);
    }
  }

  /** Asserts that the values are neither all alike nor all of one sign. */
  public static void assertNotDegenerate(float[] values) {
    boolean positive = false;
    boolean negative = false;
    for (float value : values) {
      positive |= value > 0;
      negative |= value < 0;
    }
    assertTrue(positive && negative, "inputs must have both signs");
  }
}
