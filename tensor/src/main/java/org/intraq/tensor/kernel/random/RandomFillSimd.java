package org.intraq.tensor.kernel.random;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.elementary.VectorMath;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/** {@link RandomFill} on vectors: words of many blocks at once, then one pass that maps them. */
public final class RandomFillSimd implements RandomFill {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long LOW = 0xFFFFFFFFL;

  /** A quarter of a turn in the even lanes: the cosines. */
  private static final IntVector QUARTERS =
      LongVector.broadcast(LongVector.SPECIES_PREFERRED, BoxMuller.QUARTER_TURN)
          .reinterpretAsInts();

  private static final int WORD_SLOT = 0;
  private static final int RADIUS_SLOT = 1;
  private static final int ANGLE_SLOT = 2;

  /** Elements of one task, whole blocks. */
  private static final int TASK = 4096;

  private final Workers workers;

  /** A kernel that shares its elements out to {@code workers}. */
  public RandomFillSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void uniform(
      long key, long counter, float low, float high, int n, float[] y, int yOffset) {
    Objects.checkFromIndexSize(yOffset, n, y.length);
    float largest = high > low ? Math.nextDown(high) : low;
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) -> {
          int[] words = words(key, counter + from / Philox.BLOCK, to - from);
          uniformRange(words, low, high - low, largest, to - from, y, yOffset + from);
        });
  }

  private static int[] words(long key, long counter, int count) {
    int[] words = Scratch.ints(WORD_SLOT, count + PhiloxBlocks.WORDS);
    PhiloxBlocks.fill(key, counter, count, words);
    return words;
  }

  private static void uniformRange(
      int[] words, float low, float width, float largest, int n, float[] y, int yFrom) {
    FloatVector widths = FloatVector.broadcast(SPECIES, width);
    FloatVector lows = FloatVector.broadcast(SPECIES, low);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      IntVector word = IntVector.fromArray(IntVector.SPECIES_PREFERRED, words, i);
      FloatVector u =
          ((FloatVector) word.lanewise(VectorOperators.LSHR, 8).convert(VectorOperators.I2F, 0))
              .mul(0x1p-24f);
      u.lanewise(FMA, widths, lows).min(largest).intoArray(y, yFrom + i);
    }
    for (; i < n; i++) {
      y[yFrom + i] = Math.min(Math.fma(Philox.unit(words[i]), width, low), largest);
    }
  }

  @Override
  public void normal(
      long key, long counter, float mean, float deviation, int n, float[] y, int yOffset) {
    Objects.checkFromIndexSize(yOffset, n, y.length);
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) -> {
          int[] words = words(key, counter + from / Philox.BLOCK, to - from);
          normalRange(words, mean, deviation, to - from, y, yOffset + from);
        });
  }

  /**
   * Every lane computes its own number: the radius from the even word of its pair, the sine of the
   * odd word's angle, a quarter turn ahead in even lanes. Radii are computed twice, which costs
   * less than taking the lanes apart.
   */
  private static void normalRange(
      int[] words, float mean, float deviation, int n, float[] y, int yFrom) {
    FloatVector deviations = FloatVector.broadcast(SPECIES, deviation);
    FloatVector means = FloatVector.broadcast(SPECIES, mean);
    int[] radii = Scratch.ints(RADIUS_SLOT, n);
    int[] angles = Scratch.ints(ANGLE_SLOT, n);
    int whole = n / LANES * LANES;
    for (int i = 0; i < whole; i += LANES) {
      LongVector pairs =
          IntVector.fromArray(IntVector.SPECIES_PREFERRED, words, i).reinterpretAsLongs();
      LongVector even = pairs.and(LOW).or(pairs.lanewise(VectorOperators.LSHL, 32));
      LongVector odd = pairs.lanewise(VectorOperators.LSHR, 32).or(pairs.and(~LOW));
      even.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).add(1).intoArray(radii, i);
      odd.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).add(QUARTERS).intoArray(angles, i);
    }
    float[] logs = Scratch.floats(RADIUS_SLOT, n);
    float[] sines = Scratch.floats(ANGLE_SLOT, n);
    VectorMath.logFraction(whole, radii, 0, logs, 0);
    VectorMath.sinTurn(whole, angles, 0, sines, 0);
    int i = 0;
    for (; i < whole; i += LANES) {
      FloatVector sine = FloatVector.fromArray(SPECIES, sines, i);
      FloatVector z = FloatVector.fromArray(SPECIES, logs, i).mul(-2f).sqrt().mul(sine);
      z.lanewise(FMA, deviations, means).intoArray(y, yFrom + i);
    }
    for (; i < n; i++) {
      float z =
          i % 2 == 0
              ? BoxMuller.first(words[i], words[i + 1])
              : BoxMuller.second(words[i - 1], words[i]);
      y[yFrom + i] = Math.fma(z, deviation, mean);
    }
  }
}
