package org.intraq.tensor.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Arrays with a margin of NaN on both sides: a kernel that reads the margin spoils its result, and
 * one that writes it is caught.
 */
public final class Frames {
  /** Elements of either margin; odd, so that windows are never aligned. */
  public static final int MARGIN = 5;

  private Frames() {}

  /** The values with their margins; element i stands at {@code MARGIN + i}. */
  public static float[] frame(float[] values) {
    return KernelData.inNaNs(values, MARGIN);
  }

  /** A frame whose window is NaN as well, for outputs that must not be read. */
  public static float[] blank(int size) {
    return KernelData.nans(size + 2 * MARGIN);
  }

  /** The window of a frame, after a check that the margins still are NaN. */
  public static float[] window(float[] framed) {
    for (int i = 0; i < MARGIN; i++) {
      assertTrue(Float.isNaN(framed[i]), "margin before the window was written");
      assertTrue(Float.isNaN(framed[framed.length - 1 - i]), "margin after it was written");
    }
    return Arrays.copyOfRange(framed, MARGIN, framed.length - MARGIN);
  }

  /** Asserts |actual - expected| &lt;= bound element by element; NaN and infinities exactly. */
  public static void assertClose(String what, double[] expected, float[] actual, double[] bound) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      boolean special = Double.isNaN(expected[i]) || Double.isInfinite(expected[i]);
      boolean close =
          special
              ? Double.compare(expected[i], actual[i]) == 0
              : Math.abs(actual[i] - expected[i]) <= bound[i];
      if (!close) {
        throw new AssertionError(
            what
                + "["
                + i
                + "]: expected "
                + expected[i]
                + " +- "
                + bound[i]
                + ", got "
                + actual[i]);
      }
    }
  }

  /** The same values in double. */
  public static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  /** A checksum of the bits, which the build compares between vector widths and machines. */
  public static long checksum(float[] values) {
    CRC32 crc = new CRC32();
    for (float value : values) {
      int bits = Float.floatToIntBits(value);
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        crc.update(bits >>> shift);
      }
    }
    return crc.getValue();
  }
}
