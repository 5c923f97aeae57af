package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.util.BitSet;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * An {@link OutputStage} from a corrected sum to a code in one multiply-add.
 *
 * <pre>
 * v(r) = fma(r, slope[o], start[o]);    128 + u' = its upper 16 bits - 0x4300, clamped
 * </pre>
 *
 * <p>Between 128 and 256 the upper half of a float's bits is 0x4300 + its whole part - 128, and
 * below and above it is smaller and larger as a signed number of 16 bits. So the upper halves are
 * clamped and their low bytes are the codes: neither quantizer nor rounding nor a clamp of 32 bits
 * is left.
 *
 * <p>The stage rounds four times and v once, in another place; that the codes are the same for
 * every sum is not taken for granted. Both go one way in r, so they are the same if they change at
 * the same sums: for each code j the smallest s that the stage gives j or more is looked for (s =
 * r, or -r where the multiplier is negative), and {@code start} put in the middle of what they
 * leave,
 *
 * <pre>
 * 128 + j - |slope| * s[j]  &lt;=  start  &lt;  128 + j - |slope| * (s[j] - 1)        for all j
 * </pre>
 *
 * and v asked at s[j] and s[j] - 1. A channel where nothing is left (its sums pass a boundary
 * nearer than v's 2^-16) has no steps.
 *
 * <p>Even and odd channels lie apart, as the 16-bit sums of a pair share a lane of 32 bits.
 */
final class CodeSteps {
  /** Codes of more bits do not fit between 128 and 256. */
  static final int MAX_BITS = 7;

  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private static final int BASE = 128;

  /** The upper half of the bits of {@link #BASE}. */
  private static final int BASE_BITS = Float.floatToRawIntBits(BASE) >>> Short.SIZE;

  private static final int UPPER = 0xffff0000;

  /** Slopes and starts of the channels 0, 2, 4 ..., then of 1, 3, 5 ... */
  private final float[] slope0;

  private final float[] start0;
  private final float[] slope1;
  private final float[] start1;

  private final OutputStage stage;
  final int reach;
  private final int first;
  private final int last;

  /** Smallest s with code {@code first + 1} or more, and so on. */
  private final int[] change;

  /** The channels that have no steps. */
  private final BitSet missing = new BitSet();

  /**
   * For all sums of at most {@code reach} in magnitude.
   *
   * @param stage a stage that ends in codes of at most {@link #MAX_BITS} bits
   * @param reach largest |r|, below 2^24
   */
  CodeSteps(OutputStage stage, int reach) {
    this.stage = stage;
    this.reach = reach;
    this.first = stage.firstCode();
    this.last = stage.lastCode();
    this.change = new int[Math.max(0, last - first)];
    int channels = stage.channels();
    slope0 = new float[(channels + 1) / 2];
    start0 = new float[(channels + 1) / 2];
    slope1 = new float[(channels + 1) / 2];
    start1 = new float[(channels + 1) / 2];
    for (int o = 0; o < channels; o++) {
      missing.set(o, !fit(o));
    }
  }

  /**
   * Whether {@link #store} may be called for a vector of channels: all have steps, the first is
   * even.
   */
  boolean has(int channel) {
    int next = missing.nextSetBit(channel);
    return channel % 2 == 0 && (next < 0 || next >= channel + LANES);
  }

  /** Bytes that the numbers of the channels take in memory. */
  long sizeBytes() {
    return 4L * 4 * slope0.length;
  }

  private boolean fit(int o) {
    int sign = stage.multiplier[o] < 0 ? -1 : 1;
    CodeQuantizer quantizer = stage.quantizer;
    float a = (float) ((double) stage.multiplier[o] * quantizer.m());
    double lowest = Double.NEGATIVE_INFINITY;
    double highest = Double.POSITIVE_INFINITY;
    int from = -reach;
    for (int j = first + 1; j <= last; j++) {
      from = firstAtLeast(j, o, sign, from);
      change[j - first - 1] = from;
      if (from <= reach) {
        lowest = Math.max(lowest, BASE + j - (double) Math.abs(a) * from);
      }
      if (from > -reach) {
        highest = Math.min(highest, BASE + j - (double) Math.abs(a) * (from - 1));
      }
    }
    float b = (float) middle(lowest, highest);
    (o % 2 == 0 ? slope0 : slope1)[o / 2] = a;
    (o % 2 == 0 ? start0 : start1)[o / 2] = b;
    return Float.isFinite(a) && same(sign * a, b);
  }

  private static double middle(double lowest, double highest) {
    if (Double.isInfinite(lowest)) {
      return Double.isInfinite(highest) ? BASE : highest - 0.5;
    }
    return Double.isInfinite(highest) ? lowest + 0.5 : 0.5 * (lowest + highest);
  }

  /** The smallest s from {@code from} on whose code is at least j; reach + 1 if there is none. */
  private int firstAtLeast(int j, int o, int sign, int from) {
    int low = from;
    int high = reach + 1;
    while (low < high) {
      int s = (low + high) >> 1;
      float y = Math.fma((float) (sign * s), stage.multiplier[o], stage.offset[o]);
      if (stage.quantizer.code(y) >= j) {
        high = s;
      } else {
        low = s + 1;
      }
    }
    return low;
  }

  private boolean same(float slope, float start) {
    for (int i = 0; i < change.length; i++) {
      int s = change[i];
      float next = BASE + first + 1 + i;
      if (s <= reach && !(Math.fma(s, slope, start) >= next)) {
        return false;
      }
      if (s > -reach && !(Math.fma(s - 1, slope, start) < next)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Codes of a vector of channels, for rows of windows: even and odd channels in 32 bits, then both
   * in 16.
   *
   * @param sums corrected sums, [rows][pitch][lanes] from {@code from} on
   * @param across windows of a row that are stored
   * @param channel first channel; {@link #has} says whether it can be done
   * @param y codes, from {@code to} on, rows {@code row} and pixels {@code oc} apart
   */
  void store(
      short[] sums,
      int from,
      int rows,
      int pitch,
      int across,
      int channel,
      byte[] y,
      int to,
      int row,
      int oc) {
    FloatVector slopes0 = FloatVector.fromArray(F, slope0, channel / 2);
    FloatVector starts0 = FloatVector.fromArray(F, start0, channel / 2);
    FloatVector slopes1 = FloatVector.fromArray(F, slope1, channel / 2);
    FloatVector starts1 = FloatVector.fromArray(F, start1, channel / 2);
    ShortVector lowest = ShortVector.broadcast(S, (short) (BASE_BITS + first));
    ShortVector highest = ShortVector.broadcast(S, (short) (BASE_BITS + last));
    for (int r = 0; r < rows; r++, to += row) {
      int at = from + r * pitch * LANES;
      for (int i = 0, k = to; i < across; i++, k += oc) {
        IntVector both = ShortVector.fromArray(S, sums, at + i * LANES).reinterpretAsInts();
        IntVector even =
            ((FloatVector)
                    both.lanewise(LSHL, Short.SIZE)
                        .lanewise(ASHR, Short.SIZE)
                        .convert(VectorOperators.I2F, 0))
                .lanewise(FMA, slopes0, starts0)
                .reinterpretAsInts();
        IntVector odd =
            ((FloatVector) both.lanewise(ASHR, Short.SIZE).convert(VectorOperators.I2F, 0))
                .lanewise(FMA, slopes1, starts1)
                .reinterpretAsInts();
        ShortVector code = even.lanewise(LSHR, Short.SIZE).or(odd.and(UPPER)).reinterpretAsShorts();
        ((ByteVector) code.max(lowest).min(highest).convertShape(VectorOperators.S2B, BYTES, 0))
            .intoArray(y, k);
      }
    }
  }
}
