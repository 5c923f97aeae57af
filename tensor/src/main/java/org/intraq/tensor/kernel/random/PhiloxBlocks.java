package org.intraq.tensor.kernel.random;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Philox} of consecutive counters, one block a lane.
 *
 * <p>A word stands alone in a 64-bit lane, because a round needs the upper half of a product of
 * words, and the Vector API has no multiplication that gives it in 32-bit lanes.
 */
final class PhiloxBlocks {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long LOW = 0xFFFFFFFFL;

  /** Words of one pass. */
  static final int WORDS = LANES * Philox.BLOCK;

  private static final LongVector LANE_NUMBERS = LongVector.zero(SPECIES).addIndex(1);
  private static final VectorShuffle<Long> LOWER_TWICE = VectorShuffle.fromOp(SPECIES, i -> i / 2);
  private static final VectorShuffle<Long> UPPER_TWICE =
      VectorShuffle.fromOp(SPECIES, i -> LANES / 2 + i / 2);
  private static final VectorMask<Long> ODD = LANE_NUMBERS.and(1).compare(VectorOperators.EQ, 1);

  private PhiloxBlocks() {}

  /**
   * Writes the words of the blocks from {@code counter} on to {@code words}: {@code count}, rounded
   * up to a multiple of {@link #WORDS}.
   */
  static void fill(long key, long counter, int count, int[] words) {
    for (int at = 0; at < count; at += WORDS) {
      pass(key, counter + at / Philox.BLOCK, words, at);
    }
  }

  private static void pass(long key, long counter, int[] words, int at) {
    LongVector block = LANE_NUMBERS.add(counter);
    LongVector c0 = block.and(LOW);
    LongVector c1 = block.lanewise(VectorOperators.LSHR, 32);
    LongVector c2 = LongVector.zero(SPECIES);
    LongVector c3 = LongVector.zero(SPECIES);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < Philox.ROUNDS; round++) {
      c0.check(SPECIES);
      c2.check(SPECIES);
      LongVector first = c0.mul(Philox.MULTIPLIER_0);
      LongVector second = c2.mul(Philox.MULTIPLIER_1);
      c0 = second.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
      c0 = c0.lanewise(VectorOperators.XOR, k0 & LOW);
      c1 = second.and(LOW);
      c2 = first.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
      c2 = c2.lanewise(VectorOperators.XOR, k1 & LOW);
      c3 = first.and(LOW);
      k0 += Philox.WEYL_0;
      k1 += Philox.WEYL_1;
    }
    // Words 0, 1 and words 2, 3 of a block as pairs; then the pairs of a block side by side.
    LongVector even = c1.lanewise(VectorOperators.LSHL, 32).or(c0);
    LongVector odd = c3.lanewise(VectorOperators.LSHL, 32).or(c2);
    even.rearrange(LOWER_TWICE)
        .blend(odd.rearrange(LOWER_TWICE), ODD)
        .reinterpretAsInts()
        .intoArray(words, at);
    even.rearrange(UPPER_TWICE)
        .blend(odd.rearrange(UPPER_TWICE), ODD)
        .reinterpretAsInts()
        .intoArray(words, at + WORDS / 2);
  }
}
