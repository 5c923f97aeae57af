package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Weights of a channel, or outputs of an activation, that are all equal: the range has no width, so
 * the quantizer divides by its smallest one, and its zero point is beyond every integer.
 */
final class ConstantTest {
  @ParameterizedTest
  @CsvSource({
    "2, 0",
    "2, 1e-9",
    "3, 3.5",
    "4, 0.05",
    "4, 2",
    "4, -2",
    "5, 0.7",
    "8, 0.084",
    "8, 0.5",
    "8, -1000",
    "8, 1e-7"
  })
  void channelOfEqualWeightsKeepsItsValue(int bits, float w) {
    AffineQuantizer q = AffineQuantizer.of(w, w, bits);
    byte[] codes = new byte[6];
    Arrays.fill(codes, (byte) q.code(w));
    float[] multipliers = {q.multiplier()};
    float[] offsets = {q.offset()};
    WeightCodes made = WeightCodes.of(bits, codes, 2, 3, multipliers, offsets);
    assertTrue(made.isWhole());
    float[] whole = made.wholeNumbers();
    for (int i = 0; i < whole.length; i++) {
      float value = whole[i] / made.multiplier()[i % 2];
      assertEquals(q.value(w), value, 1e-6 * Math.abs(w), "weight " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 0", "4, 0.5", "8, 0.5", "8, 30000", "3, 1e-6", "8, -0.25"})
  void activationThatIsConstantKeepsItsValue(int bits, float x) {
    Range range = new Range(x, x).withZeroPoint(bits);
    CodeQuantizer q = CodeQuantizer.ofRange(range.lo(), range.hi(), bits);
    assertEquals(x, q.value(q.code(x)), 1e-6 * Math.abs(x));
    AffineQuantizer fake = AffineQuantizer.of(range.lo(), range.hi(), bits);
    assertEquals(fake.value(x), q.value(q.code(x)), 1e-6 * Math.abs(x));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, 6", "0.5, 0.7", "0, 0", "3, 3.01"})
  void otherRangesStayAsTheyAre(float lo, float hi) {
    assertEquals(new Range(lo, hi), new Range(lo, hi).withZeroPoint(8));
  }
}
