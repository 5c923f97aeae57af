package org.intraq.tensor.kernel.quantize;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.intraq.tensor.kernel.batchnorm.AffineReluSimd;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
class RectifiedQuantizeContractTest {
  private static final float NONE = Float.POSITIVE_INFINITY;
  private static final int UNTOUCHED = 0x5eed5eed;
  private static final Workers THREE = new Workers(3);
  private static final RectifiedQuantize REFERENCE = new RectifiedQuantizeReference();
  private static final RectifiedQuantize ONE = new RectifiedQuantizeSimd(new Workers(1));
  private static final RectifiedQuantize MANY = new RectifiedQuantizeSimd(THREE);

  static List<RectifiedQuantize> implementations() {
    return List.of(REFERENCE, ONE, MANY);
  }

  /** Rows and channels: around vectors and words of bits, wide ones, and several tasks. */
  static List<int[]> sizes() {
    return List.of(
        new int[] {0, 16},
        new int[] {5, 0},
        new int[] {1, 1},
        new int[] {33, 1},
        new int[] {31, 3},
        new int[] {7, 8},
        new int[] {3, 16},
        new int[] {65, 16},
        new int[] {9, 24},
        new int[] {40, 32},
        new int[] {17, 64},
        new int[] {3, 257},
        new int[] {70, 272},
        new int[] {5, 320},
        new int[] {2100, 16},
        new int[] {4099, 24});
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(RectifiedQuantize kernel) {
    // Two bits on [0, 3]: m = 1, z = 2; the codes stand for 0, 1, 2, 3. One channel, 2 z - 1.
    AffineQuantizer quantizer = AffineQuantizer.of(0f, 3f, 2);
    float[] z = {-1, 0.5f, 0.6f, 1, 2, 2.5f, 3, Float.NaN};
    float[] r = {0, 0, 0, 0.5f, 0, 0, 0, 0};
    // a = 0 0 0.2 1.5 3 4 4 NaN under a cap of 4; half goes to even: 1.5 - 2 = -0.5 to code 0.
    float[] values = {0, 0, 0, 2, 3, 3, 3, Float.NaN};
    for (boolean masked : new boolean[] {false, true}) {
      float[] y = new float[8];
      int[] open = {UNTOUCHED};
      var gate = new RectifiedQuantize.Gate(quantizer, masked, open, 0);
      kernel.forward(8, 1, z, 0, new float[] {2}, 0, new float[] {-1}, 0, r, 0, 4f, gate, y, 0);
      assertArrayEquals(values, y);
      // 0.2, 1.5 and 3 are between 0 and 4 and inside of the range.
      assertEquals(0b0001_1100, open[0]);
    }
    float[] g = new float[8];
    float[] sums = new float[1];
    float[] dy = {1, 2, 3, 4, 5, 6, 7, Float.NaN};
    kernel.backward(8, 1, dy, 0, new int[] {0b0001_1100}, 0, g, 0, sums, 0);
    assertArrayEquals(new float[] {0, 0, 3, 4, 5, 0, 0, 0}, g);
    assertEquals(12f, sums[0]);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void maskingClosesWhatIsClamped(RectifiedQuantize kernel) {
    // a = 3.4 rounds to 3, 3.6 to 4, which has no code.
    AffineQuantizer quantizer = AffineQuantizer.of(0f, 3f, 2);
    float[] z = {3.4f, 3.6f};
    int[] open = new int[1];
    float[] one = {1};
    for (boolean masked : new boolean[] {false, true}) {
      var gate = new RectifiedQuantize.Gate(quantizer, masked, open, 0);
      kernel.forward(2, 1, z, 0, one, 0, new float[1], 0, null, 0, NONE, gate, new float[2], 0);
      assertEquals(masked ? 0b01 : 0b11, open[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void vectorsGiveTheReferencesBits(int[] size) {
    for (int variant = 0; variant < 8; variant++) {
      boolean masked = (variant & 1) != 0;
      boolean residual = (variant & 2) != 0;
      float cap = (variant & 4) != 0 ? 0.9f : NONE;
      forwardGivesTheReferencesBits(size[0], size[1], masked, residual, cap);
    }
  }

  private static void forwardGivesTheReferencesBits(
      int m, int c, boolean masked, boolean residual, float cap) {
    int n = m * c;
    float[] z = withOddities(n);
    float[] scale = signed(c, 2);
    float[] shift = signed(c, 3);
    float[] r = residual ? frame(signed(n, 4)) : null;
    AffineQuantizer quantizer = AffineQuantizer.of(-0.1f, 0.7f, 4);
    float[] expected = new float[n];
    int[] bits = new int[RectifiedQuantize.words(n)];
    var exact = new RectifiedQuantize.Gate(quantizer, masked, bits, 0);
    REFERENCE.forward(m, c, z, 0, scale, 0, shift, 0, r, MARGIN, cap, exact, expected, 0);
    for (RectifiedQuantize kernel : List.of(ONE, MANY)) {
      for (boolean kept : new boolean[] {true, false}) {
        int[] open = new int[bits.length + 2];
        Arrays.fill(open, UNTOUCHED);
        var gate = new RectifiedQuantize.Gate(quantizer, masked, kept ? open : null, 1);
        float[] y = frame(z);
        kernel.forward(
            m, c, y, MARGIN, scale, 0, frame(shift), MARGIN, r, MARGIN, cap, gate, y, MARGIN);
        assertArrayEquals(expected, window(y), "y may be z");
        assertEquals(UNTOUCHED, open[0]);
        assertEquals(UNTOUCHED, open[open.length - 1]);
        if (kept) {
          assertArrayEquals(bits, Arrays.copyOfRange(open, 1, open.length - 1));
        }
      }
    }
  }

  private static float[] withOddities(int n) {
    float[] z = signed(n, 1);
    float[] odd = {Float.NaN, NONE, -NONE, 0f, -0f, Float.MAX_VALUE};
    Random random = new Random(n);
    for (int i = 0; i < Math.min(odd.length, n / 4); i++) {
      z[random.nextInt(n)] = odd[i];
    }
    return z;
  }

  @Test
  void isTheAffineMapAndTheQuantizerOneAfterTheOther() {
    int m = 129;
    int c = 48;
    float[] z = signed(m * c, 1);
    float[] r = signed(m * c, 4);
    AffineQuantizer quantizer = AffineQuantizer.of(0f, 0.8f, 4);
    float[] a = new float[m * c];
    new AffineReluSimd(THREE)
        .forward(m, c, z, 0, signed(c, 2), 0, signed(c, 3), 0, r, 0, 0f, 0.9f, a, 0);
    float[] expected = new float[m * c];
    new FakeQuantizeSimd(THREE).quantize(quantizer, m * c, a, 0, expected, 0);
    for (RectifiedQuantize kernel : implementations()) {
      float[] y = new float[m * c];
      var gate = new RectifiedQuantize.Gate(quantizer, false, null, 0);
      kernel.forward(m, c, z, 0, signed(c, 2), 0, signed(c, 3), 0, r, 0, 0.9f, gate, y, 0);
      assertArrayEquals(expected, y);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void theWayBack(int[] size) {
    int m = size[0];
    int c = size[1];
    int n = m * c;
    float[] dy = signed(n, 5);
    int[] open = new Random(7).ints(RectifiedQuantize.words(n) + 1L).toArray();
    float[] expected = blank(n);
    float[] expectedSums = new float[c];
    REFERENCE.backward(m, c, dy, 0, open, 1, expected, MARGIN, expectedSums, 0);
    double[] absolute = new double[c];
    for (int i = 0; i < n; i++) {
      absolute[i % c] += Math.abs(expected[MARGIN + i]);
    }
    float[] first = null;
    for (RectifiedQuantize kernel : List.of(ONE, MANY)) {
      float[] g = frame(dy);
      float[] sums = blank(c);
      kernel.backward(m, c, g, MARGIN, open, 1, g, MARGIN, sums, MARGIN);
      assertArrayEquals(window(expected), window(g), "g may be dy");
      for (int j = 0; j < c; j++) {
        assertEquals(expectedSums[j], window(sums)[j], 1024 * EPS * absolute[j]);
      }
      assertTrue(first == null || Arrays.equals(first, sums), "the threads' number shows");
      first = sums;
    }
  }
}
