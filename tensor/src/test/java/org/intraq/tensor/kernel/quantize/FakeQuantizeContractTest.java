package org.intraq.tensor.kernel.quantize;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.intraq.tensor.testing.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class FakeQuantizeContractTest {
  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
  private static final FakeQuantize REFERENCE = new FakeQuantizeReference();
  private static final FakeQuantize ONE = new FakeQuantizeSimd(new Workers(1));
  private static final FakeQuantize TWO = new FakeQuantizeSimd(new Workers(2));

  static List<FakeQuantize> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(FakeQuantize kernel) {
    // Two bits on [-1, 2]: m = 3 / 3 = 1, z = -1 + 2 = 1; codes -2 .. 1 stand for -1 .. 2.
    AffineQuantizer quantizer = AffineQuantizer.of(-1f, 2f, 2);
    assertEquals(new AffineQuantizer(1f, 1f, 2), quantizer);
    float[] x = {-9, -1.5f, -0.5f, 0, 0.49f, 0.5f, 0.51f, 1.5f, 2, 2.5f, 7, 0.5f};
    // x - 1 = -1.5 rounds to -2, -0.5 to -0, 0.5 to 0: half to even.
    byte[] codes = {-2, -2, -2, -1, -1, 0, 0, 0, 1, 1, 1, 0};
    float[] values = {-1, -1, -1, 0, 0, 1, 1, 1, 2, 2, 2, 1};
    // -1.5 - 1 = -2.5 rounds to -2 without clamping; 2.5 - 1 = 1.5 rounds to 2, which is clamped.
    float[] mask = {0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1};
    float[] y = new float[x.length];
    byte[] q = new byte[x.length];
    float[] dx = new float[x.length];
    float[] ones = new float[x.length];
    Arrays.fill(ones, 1f);
    kernel.quantize(quantizer, x.length, x, 0, y, 0);
    kernel.codes(quantizer, x.length, x, 0, q, 0);
    kernel.maskedGradient(quantizer, x.length, x, 0, ones, 0, dx, 0);
    assertArrayEquals(values, y);
    assertArrayEquals(codes, q);
    assertArrayEquals(mask, dx);
  }

  @Test
  void zeroIsExactWhereTheRangeHoldsIt() {
    for (int bits = 1; bits <= 8; bits++) {
      for (float hi = 0; hi < 3; hi += 0.37f) {
        assertEquals(0f, AffineQuantizer.of(-1.1f, hi, bits).value(0f), "bits " + bits);
        assertEquals(0f, AffineQuantizer.of(-hi, 2.3f, bits).value(0f), "bits " + bits);
      }
    }
  }

  @Test
  void aRangeWithoutWidthIsFinite() {
    AffineQuantizer quantizer = AffineQuantizer.of(0.25f, 0.25f, 4);
    assertEquals(15f * (1f / 1e-8f), quantizer.multiplier());
    assertTrue(Float.isFinite(quantizer.value(0.25f)));
    assertEquals(0.25f, quantizer.value(0.25f), Math.ulp(0.25f));
  }

  /** Every half-integer, its neighbours, and far values, where a wrong rounding would show. */
  static float[] hardValues(AffineQuantizer quantizer) {
    int span = 1 << quantizer.bits();
    float[] x = new float[7 * (span + 8) + 12];
    int i = 0;
    for (int half = -4; half < span + 4; half++) {
      float tie = (quantizer.offset() - span / 2f + half + 0.5f) / quantizer.multiplier();
      float at = Math.nextDown(Math.nextDown(tie));
      for (int step = 0; step < 5; step++) {
        x[i++] = at;
        at = Math.nextUp(at);
      }
      x[i++] = tie + 0.25f / quantizer.multiplier();
      x[i++] = -tie;
    }
    float[] far = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      0f,
      -0f,
      Float.MIN_VALUE,
      1e9f,
      -1e9f,
      0x1p23f,
      -0x1.8p23f
    };
    System.arraycopy(far, 0, x, i, far.length);
    return x;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16})
  void vectorsGiveTheReferencesBits(int bits) {
    float[][] ranges = {
      {0, (1 << bits) - 1}, {-1, 2.5f}, {-0.37f, 0.41f}, {0, 6}, {3, 4}, {-5, -2}, {1, 1}, {2, 1}
    };
    for (float[] range : ranges) {
      AffineQuantizer quantizer = AffineQuantizer.of(range[0], range[1], bits);
      float[] x = hardValues(quantizer);
      assertSameAsReference(quantizer, x);
    }
  }

  @Test
  void randomBitPatternsGiveTheReferencesBits() {
    Random random = new Random(5);
    float[] x = new float[200_003];
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.intBitsToFloat(random.nextInt());
    }
    assertSameAsReference(AffineQuantizer.of(-1.3f, 2.9f, 4), x);
    assertSameAsReference(AffineQuantizer.of(Float.NaN, 1f, 4), x);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 7, 8, 15, 16, 17, 31, 97, 16383, 16384, 16385, 50021})
  void sizesAroundVectorsAndTasks(int size) {
    assertSameAsReference(AffineQuantizer.of(-2f, 1.7f, 4), signed(size, size));
  }

  /** Both implementations, between NaN margins, one thread and two, in place and apart. */
  private static void assertSameAsReference(AffineQuantizer quantizer, float[] x) {
    int n = x.length;
    float[] dy = signed(n, 77);
    float[] framed = frame(x);
    float[] framedDy = frame(dy);
    float[] expected = new float[n];
    float[] expectedDx = new float[n];
    REFERENCE.quantize(quantizer, n, x, 0, expected, 0);
    REFERENCE.maskedGradient(quantizer, n, x, 0, dy, 0, expectedDx, 0);
    for (FakeQuantize kernel : List.of(ONE, TWO)) {
      float[] y = blank(n);
      kernel.quantize(quantizer, n, framed, MARGIN, y, MARGIN);
      assertArrayEquals(expected, window(y));
      float[] inPlace = framed.clone();
      kernel.quantize(quantizer, n, inPlace, MARGIN, inPlace, MARGIN);
      assertArrayEquals(expected, window(inPlace));
      float[] dx = blank(n);
      kernel.maskedGradient(quantizer, n, framed, MARGIN, framedDy, MARGIN, dx, MARGIN);
      assertArrayEquals(expectedDx, window(dx));
      if (quantizer.bits() <= 8) {
        assertSameCodes(kernel, quantizer, x);
      }
    }
  }

  private static void assertSameCodes(FakeQuantize kernel, AffineQuantizer quantizer, float[] x) {
    byte[] expected = new byte[x.length + 2];
    byte[] actual = new byte[x.length + 2];
    Arrays.fill(expected, (byte) 99);
    Arrays.fill(actual, (byte) 99);
    REFERENCE.codes(quantizer, x.length, x, 0, expected, 1);
    kernel.codes(quantizer, x.length, x, 0, actual, 1);
    assertArrayEquals(expected, actual);
  }

  @Property(tries = 150)
  void channelsAreRangesOfTheirOwn(
      @ForAll @IntRange(max = 70) int rows,
      @ForAll @IntRange(max = 70) int channels,
      @ForAll @IntRange(min = 1, max = 8) int bits) {
    int n = rows * channels;
    float[] w = signed(n, 3L * rows + channels);
    float[] dy = signed(n, 5);
    float[] ranges = new float[2 * channels];
    for (int c = 0; c < channels; c++) {
      ranges[c] = -0.1f * (c % 13);
      ranges[channels + c] = 0.07f * (c % 11);
    }
    for (FakeQuantize kernel : implementations()) {
      float[] y = blank(n);
      float[] dw = blank(n);
      byte[] codes = new byte[n];
      float[] framed = frame(w);
      kernel.quantizeChannels(
          bits, rows, channels, frame(ranges), MARGIN, framed, MARGIN, y, MARGIN);
      kernel.maskedGradientChannels(
          bits, rows, channels, ranges, 0, framed, MARGIN, dy, 0, dw, MARGIN);
      kernel.codesChannels(bits, rows, channels, ranges, 0, w, 0, codes, 0);
      float[] values = window(y);
      float[] gradient = window(dw);
      for (int i = 0; i < n; i++) {
        int c = i % channels;
        AffineQuantizer quantizer = AffineQuantizer.of(ranges[c], ranges[channels + c], bits);
        assertEquals(quantizer.value(w[i]), values[i]);
        assertEquals((byte) quantizer.code(w[i]), codes[i]);
        assertEquals(quantizer.inside(w[i]) ? dy[i] : 0f, gradient[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void quantizingTwiceChangesNothing(FakeQuantize kernel) {
    // Whole multipliers make every value exact, so that the second pass meets the codes again.
    AffineQuantizer quantizer = AffineQuantizer.of(-8f, 7f, 4);
    float[] x = signed(1000, 8);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 4;
    }
    float[] once = new float[x.length];
    float[] twice = new float[x.length];
    kernel.quantize(quantizer, x.length, x, 0, once, 0);
    kernel.quantize(quantizer, x.length, once, 0, twice, 0);
    assertArrayEquals(once, twice);
    assertTrue(Arrays.stream(toInts(once)).distinct().count() > 12, "inputs reach most codes");
  }

  private static int[] toInts(float[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8})
  void activationsAsPyTorchQuantizesThem(int bits) {
    Golden golden = Golden.shared("quantizer.safetensors");
    float[] x = golden.floats("act");
    float[] range = golden.floats("act.range");
    AffineQuantizer quantizer = AffineQuantizer.of(range[0], range[1], bits);
    for (FakeQuantize kernel : implementations()) {
      byte[] codes = new byte[x.length];
      float[] y = new float[x.length];
      kernel.codes(quantizer, x.length, x, 0, codes, 0);
      kernel.quantize(quantizer, x.length, x, 0, y, 0);
      assertArrayEquals(golden.bytes("act.a" + bits + ".codes"), codes);
      assertArrayEquals(golden.floats("act.a" + bits + ".dequantized"), y);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"conv1.weight", "layer1.0.conv1.weight", "layer3.2.conv2.weight", "linear.weight"})
  void weightsAsPyTorchQuantizesThem(String name) {
    Golden golden = Golden.shared("quantizer.safetensors");
    float[] outputFirst = golden.floats(name);
    int channels = golden.floats(name + ".w4.offset").length;
    int rows = outputFirst.length / channels;
    float[] w = outputLast(outputFirst, channels);
    float[] ranges = new float[2 * channels];
    Arrays.fill(ranges, 0, channels, Float.POSITIVE_INFINITY);
    Arrays.fill(ranges, channels, 2 * channels, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < w.length; i++) {
      int c = i % channels;
      ranges[c] = Math.min(ranges[c], w[i]);
      ranges[channels + c] = Math.max(ranges[channels + c], w[i]);
    }
    for (int bits : new int[] {2, 3, 4, 5, 8}) {
      String key = name + ".w" + bits;
      float[] multipliers = golden.floats(key + ".multiplier");
      float[] offsets = golden.floats(key + ".offset");
      for (int c = 0; c < channels; c++) {
        AffineQuantizer quantizer = AffineQuantizer.of(ranges[c], ranges[channels + c], bits);
        assertEquals(new AffineQuantizer(multipliers[c], offsets[c], bits), quantizer);
      }
      byte[] expectedCodes = outputLast(golden.bytes(key + ".codes"), channels);
      float[] expected = outputLast(golden.floats(key + ".dequantized"), channels);
      for (FakeQuantize kernel : implementations()) {
        byte[] codes = new byte[w.length];
        float[] y = new float[w.length];
        kernel.codesChannels(bits, rows, channels, ranges, 0, w, 0, codes, 0);
        kernel.quantizeChannels(bits, rows, channels, ranges, 0, w, 0, y, 0);
        assertArrayEquals(expectedCodes, codes);
        assertArrayEquals(expected, y);
      }
    }
  }

  private static float[] outputLast(float[] values, int channels) {
    int rows = values.length / channels;
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i % rows * channels + i / rows] = values[i];
    }
    return result;
  }

  private static byte[] outputLast(byte[] values, int channels) {
    int rows = values.length / channels;
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i % rows * channels + i / rows] = values[i];
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void refusesWhatDoesNotFit(FakeQuantize kernel) {
    float[] x = new float[LANES];
    float[] y = new float[LANES - 1];
    AffineQuantizer quantizer = AffineQuantizer.of(0, 1, 4);
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernel.quantize(quantizer, LANES, x, 0, y, 0));
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernel.quantize(quantizer, LANES, x, 1, x, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.codes(AffineQuantizer.of(0, 1, 9), 1, x, 0, new byte[1], 0));
    assertThrows(IllegalArgumentException.class, () -> AffineQuantizer.of(0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> AffineQuantizer.of(0, 1, 17));
  }
}
