package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2F;
import static jdk.incubator.vector.VectorOperators.SUB;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;

/**
 * The input's transform of {@link FloatWinograd}, V = B^T d B: codes to whole floats, columns first
 * in 16 bits, where neighbouring tiles share them, then rows.
 *
 * <pre>
 *       4  0 -5  0  1  0
 *       0 -4 -4  1  1  0
 * B^T = 0  4 -4 -1  1  0      points 0, 1, -1, 2, -2, infinity
 *       0 -2 -1  2  1  0
 *       0  2 -1 -2  1  0
 *       0  4  0 -5  0  1
 * </pre>
 *
 * <p>A column's results are at most 8 * 255, a tile's at most 68 * 255: all exact.
 */
final class FloatWinogradInput {
  /** Rows and columns of an output tile. */
  static final int SIDE = 4;

  /** Rows and columns of an input tile, and of its transform. */
  static final int ACROSS = SIDE + 2;

  /** Elements of a transformed tile. */
  static final int POINTS = ACROSS * ACROSS;

  /** Sums of the positive entries of the rows of B^T. */
  private static final int[] POSITIVE = {5, 2, 5, 3, 3, 5};

  /** Sums of the negative ones, without their signs. */
  private static final int[] NEGATIVE = {5, 8, 5, 3, 3, 5};

  private static final VectorSpecies<Short> S =
      VectorSpecies.of(
          short.class,
          VectorShape.forBitSize(Math.min(256, ShortVector.SPECIES_PREFERRED.vectorBitSize())));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(
          float.class,
          VectorShape.forBitSize(Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize())));
  private static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private FloatWinogradInput() {}

  /** The largest |V| at a point, row by row, for codes from 0 to {@code code}. */
  static int largest(int point, int code) {
    int i = point / ACROSS;
    int j = point % ACROSS;
    int positive = POSITIVE[i] * POSITIVE[j] + NEGATIVE[i] * NEGATIVE[j];
    int negative = POSITIVE[i] * NEGATIVE[j] + NEGATIVE[i] * POSITIVE[j];
    return Math.max(positive, negative) * code;
  }

  /**
   * B^T d: six rows of unsigned codes to six rows of whole numbers.
   *
   * @param stride from one row of d to the next
   * @param size codes of a row, a multiple of 16
   * @param t receives the results, {@code size} apart
   */
  static void columns(byte[] d, int stride, int size, short[] t) {
    for (int i = 0; i < size; i += S.length()) {
      ShortVector d0 =
          (ShortVector) ByteVector.fromArray(BYTES, d, i).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector d1 =
          (ShortVector)
              ByteVector.fromArray(BYTES, d, i + stride).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector d2 =
          (ShortVector)
              ByteVector.fromArray(BYTES, d, i + 2 * stride).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector d3 =
          (ShortVector)
              ByteVector.fromArray(BYTES, d, i + 3 * stride).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector d4 =
          (ShortVector)
              ByteVector.fromArray(BYTES, d, i + 4 * stride).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector d5 =
          (ShortVector)
              ByteVector.fromArray(BYTES, d, i + 5 * stride).convertShape(ZERO_EXTEND_B2S, S, 0);
      ShortVector even = d4.lanewise(SUB, d2);
      ShortVector odd = d3.lanewise(SUB, d1);
      d0.lanewise(SUB, d2).lanewise(LSHL, 2).lanewise(ADD, even).intoArray(t, i);
      d5.lanewise(SUB, d3).lanewise(SUB, odd.lanewise(LSHL, 2)).intoArray(t, i + 5 * size);
      ShortVector twice = odd.lanewise(LSHL, 1);
      even.lanewise(ADD, twice).intoArray(t, i + 3 * size);
      even.lanewise(SUB, twice).intoArray(t, i + 4 * size);
      even = d4.lanewise(SUB, d2.lanewise(LSHL, 2));
      odd = d3.lanewise(SUB, d1.lanewise(LSHL, 2));
      even.lanewise(ADD, odd).intoArray(t, i + size);
      even.lanewise(SUB, odd).intoArray(t, i + 2 * size);
    }
  }

  /**
   * The rows, t B, of a row of tiles.
   *
   * @param t results of {@link #columns} [6][column][channel]
   * @param size from one row of t to the next
   * @param v receives [point][channel / 16][tile][16]
   * @param blockStep from one block of 16 channels of v to the next
   * @param pointStep from one point of v to the next
   */
  static void rows(
      short[] t,
      int size,
      int channels,
      int tiles,
      float[] v,
      int vAt,
      int blockStep,
      int pointStep) {
    for (int row = 0; row < ACROSS; row++) {
      int to = vAt + row * ACROSS * pointStep;
      for (int c = 0; c < channels; c += F.length()) {
        int first = to + c / BLOCK * blockStep + c % BLOCK;
        row(t, row * size + c, channels, tiles, v, first, pointStep);
      }
    }
  }

  /** Six points of a row of tiles, a vector of channels. */
  private static void row(
      short[] t, int from, int channels, int tiles, float[] v, int vAt, int pointStep) {
    FloatVector two = FloatVector.broadcast(F, 2);
    FloatVector minusTwo = FloatVector.broadcast(F, -2);
    FloatVector minusFour = FloatVector.broadcast(F, -4);
    int at = from;
    int to = vAt;
    FloatVector x0 = (FloatVector) ShortVector.fromArray(HALF, t, at).convertShape(S2F, F, 0);
    FloatVector x1 =
        (FloatVector) ShortVector.fromArray(HALF, t, at + channels).convertShape(S2F, F, 0);
    at += 2 * channels;
    for (int tile = 0; tile < tiles; tile++) {
      FloatVector x2 = (FloatVector) ShortVector.fromArray(HALF, t, at).convertShape(S2F, F, 0);
      FloatVector x3 =
          (FloatVector) ShortVector.fromArray(HALF, t, at + channels).convertShape(S2F, F, 0);
      FloatVector x4 =
          (FloatVector) ShortVector.fromArray(HALF, t, at + 2 * channels).convertShape(S2F, F, 0);
      FloatVector x5 =
          (FloatVector) ShortVector.fromArray(HALF, t, at + 3 * channels).convertShape(S2F, F, 0);
      FloatVector even = x4.lanewise(SUB, x2);
      FloatVector odd = x3.lanewise(SUB, x1);
      // What a loop carries is not asked: card of all kernels.
      minusFour.lanewise(FMA, x2.lanewise(SUB, x0), even).intoArray(v, to);
      minusFour.lanewise(FMA, odd, x5.lanewise(SUB, x3)).intoArray(v, to + 5 * pointStep);
      two.lanewise(FMA, odd, even).intoArray(v, to + 3 * pointStep);
      minusTwo.lanewise(FMA, odd, even).intoArray(v, to + 4 * pointStep);
      even = minusFour.lanewise(FMA, x2, x4);
      odd = minusFour.lanewise(FMA, x1, x3);
      even.lanewise(ADD, odd).intoArray(v, to + pointStep);
      even.lanewise(SUB, odd).intoArray(v, to + 2 * pointStep);
      x0 = x4;
      x1 = x5;
      at += SIDE * channels;
      to += BLOCK;
    }
  }
}
