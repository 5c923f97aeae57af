package org.intraq.tensor.kernel.random;

/**
 * Philox4x32-10: four random words as a pure function of a 64-bit key and a 128-bit counter.
 *
 * <pre>
 * ten times, with (k0, k1) growing by (9E3779B9, BB67AE85) between rounds:
 *   (h0, l0) = D2511F53 * c0, (h1, l1) = CD9E8D57 * c2      (upper and lower halves of 64 bits)
 *   (c0, c1, c2, c3) = (h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0)
 * </pre>
 *
 * <p>Any element of a stream can be computed alone, so threads, vectors and a GPU give the same
 * numbers.
 *
 * <p>Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011,
 * section 3.4.
 */
public final class Philox {
  /** Words of one block. */
  public static final int BLOCK = 4;

  static final long MULTIPLIER_0 = 0xD2511F53L;
  static final long MULTIPLIER_1 = 0xCD9E8D57L;
  static final int WEYL_0 = 0x9E3779B9;
  static final int WEYL_1 = 0xBB67AE85;
  static final int ROUNDS = 10;

  private Philox() {}

  /**
   * Writes the four words of a block to {@code words[offset]} on.
   *
   * @param counter lower 64 bits of the counter: its words c0 and c1
   * @param counterHigh upper 64 bits: c2 and c3
   */
  public static void block(long key, long counter, long counterHigh, int[] words, int offset) {
    int c0 = (int) counter;
    int c1 = (int) (counter >>> 32);
    int c2 = (int) counterHigh;
    int c3 = (int) (counterHigh >>> 32);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long first = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
      long second = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
      c0 = (int) (second >>> 32) ^ c1 ^ k0;
      c1 = (int) second;
      c2 = (int) (first >>> 32) ^ c3 ^ k1;
      c3 = (int) first;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[offset] = c0;
    words[offset + 1] = c1;
    words[offset + 2] = c2;
    words[offset + 3] = c3;
  }

  /** The float in [0, 1) of a word: its upper 24 bits times 2^-24. */
  public static float unit(int word) {
    return (word >>> 8) * 0x1p-24f;
  }
}
