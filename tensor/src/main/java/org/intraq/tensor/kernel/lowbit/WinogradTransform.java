package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of {@link WinogradCodes}; all arithmetic is modulo 2^16 but for the last line.
 *
 * <pre>
 * V = B^T d B          B^T = 1  0 -1  0     G = 2  0  0     A^T = 1  1  1  0
 * U = G g G^T                0  1  1  0         1  1  1           0  1 -1 -1
 * M = sum over c U V         0 -1  1  0         1 -1  1
 * 4 y = A^T M A              0  1  0 -1         0  0  2
 * </pre>
 *
 * <p>No method takes or gives a vector: it might not be inlined, and the vector would be boxed.
 */
final class WinogradTransform {
  /** Positions of a transformed tile. */
  static final int POSITIONS = 16;

  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 2)));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final VectorSpecies<Byte> HALF_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 4)));
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int COLUMNS = I.length();

  private WinogradTransform() {}

  /**
   * Widens codes and subtracts the centre: {@code to[i] = codes[at + i] - centre}.
   *
   * @param size a multiple of 16
   */
  static void widen(byte[] codes, int at, int size, int centre, short[] to, int first) {
    int i = 0;
    for (; i <= size - LANES; i += LANES) {
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, at + i)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0))
          .sub((short) centre)
          .intoArray(to, first + i);
    }
    for (; i < size; i += HALF.length()) {
      ((ShortVector)
              ByteVector.fromArray(HALF_BYTES, codes, at + i)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, HALF, 0))
          .sub((short) centre)
          .intoArray(to, first + i);
    }
  }

  /**
   * V = B^T d B for a row of tiles.
   *
   * <p>One method for each width of vectors and half of the positions: in larger ones the compiler
   * exceeds its count of nodes, inlines the last vector operations too late to know their types,
   * and leaves up to 10 MB of boxed vectors a call of ResNet-20.
   *
   * @param d four rows of centred pixels from {@code from}, {@code stride} apart, padding included
   * @param channels a multiple of 16
   * @param cells receives pairs of channels, tile by tile; positions are {@code plane} apart
   */
  static void input(
      short[] d, int from, int stride, int tiles, int channels, int[] cells, int to, int plane) {
    int lower = to + 8 * plane;
    int c = 0;
    for (; c <= channels - LANES; c += LANES) {
      int at = from + c;
      upper(d, at, stride, tiles, channels, cells, to + c / 2, plane);
      lower(d, at + stride, stride, tiles, channels, cells, lower + c / 2, plane);
    }
    for (; c < channels; c += HALF.length()) {
      int at = from + c;
      upperHalf(d, at, stride, tiles, channels, cells, to + c / 2, plane);
      lowerHalf(d, at + stride, stride, tiles, channels, cells, lower + c / 2, plane);
    }
  }

  /** Positions 0 to 7 of a vector of channels, from rows 0 to 2. */
  private static void upper(
      short[] d, int from, int stride, int tiles, int channels, int[] cells, int to, int plane) {
    for (int tile = 0; tile < tiles; tile++) {
      int at0 = from + 2 * tile * channels;
      int at1 = at0 + stride;
      int at2 = at1 + stride;
      ShortVector d0 = ShortVector.fromArray(S, d, at0);
      ShortVector d1 = ShortVector.fromArray(S, d, at1);
      ShortVector d2 = ShortVector.fromArray(S, d, at2);
      ShortVector a0 = d0.sub(d2);
      ShortVector b0 = d1.add(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 1 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 1 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 1 * channels);
      ShortVector a1 = d0.sub(d2);
      ShortVector b1 = d1.add(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 2 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 2 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 2 * channels);
      ShortVector a2 = d0.sub(d2);
      ShortVector b2 = d1.add(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 3 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 3 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 3 * channels);
      ShortVector a3 = d0.sub(d2);
      ShortVector b3 = d1.add(d2);
      int cell = to + tile * channels / 2;
      a0.sub(a2).reinterpretAsInts().intoArray(cells, cell);
      a1.add(a2).reinterpretAsInts().intoArray(cells, cell + plane);
      a2.sub(a1).reinterpretAsInts().intoArray(cells, cell + 2 * plane);
      a1.sub(a3).reinterpretAsInts().intoArray(cells, cell + 3 * plane);
      b0.sub(b2).reinterpretAsInts().intoArray(cells, cell + 4 * plane);
      b1.add(b2).reinterpretAsInts().intoArray(cells, cell + 5 * plane);
      b2.sub(b1).reinterpretAsInts().intoArray(cells, cell + 6 * plane);
      b1.sub(b3).reinterpretAsInts().intoArray(cells, cell + 7 * plane);
    }
  }

  /** Positions 8 to 15 of a vector of channels, from rows 1 to 3. */
  private static void lower(
      short[] d, int from, int stride, int tiles, int channels, int[] cells, int to, int plane) {
    for (int tile = 0; tile < tiles; tile++) {
      int at0 = from + 2 * tile * channels;
      int at1 = at0 + stride;
      int at2 = at1 + stride;
      ShortVector d0 = ShortVector.fromArray(S, d, at0);
      ShortVector d1 = ShortVector.fromArray(S, d, at1);
      ShortVector d2 = ShortVector.fromArray(S, d, at2);
      ShortVector a0 = d1.sub(d0);
      ShortVector b0 = d0.sub(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 1 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 1 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 1 * channels);
      ShortVector a1 = d1.sub(d0);
      ShortVector b1 = d0.sub(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 2 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 2 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 2 * channels);
      ShortVector a2 = d1.sub(d0);
      ShortVector b2 = d0.sub(d2);
      d0 = ShortVector.fromArray(S, d, at0 + 3 * channels);
      d1 = ShortVector.fromArray(S, d, at1 + 3 * channels);
      d2 = ShortVector.fromArray(S, d, at2 + 3 * channels);
      ShortVector a3 = d1.sub(d0);
      ShortVector b3 = d0.sub(d2);
      int cell = to + tile * channels / 2;
      a0.sub(a2).reinterpretAsInts().intoArray(cells, cell);
      a1.add(a2).reinterpretAsInts().intoArray(cells, cell + plane);
      a2.sub(a1).reinterpretAsInts().intoArray(cells, cell + 2 * plane);
      a1.sub(a3).reinterpretAsInts().intoArray(cells, cell + 3 * plane);
      b0.sub(b2).reinterpretAsInts().intoArray(cells, cell + 4 * plane);
      b1.add(b2).reinterpretAsInts().intoArray(cells, cell + 5 * plane);
      b2.sub(b1).reinterpretAsInts().intoArray(cells, cell + 6 * plane);
      b1.sub(b3).reinterpretAsInts().intoArray(cells, cell + 7 * plane);
    }
  }

  /** {@link #upper} for half a vector. */
  private static void upperHalf(
      short[] d, int from, int stride, int tiles, int channels, int[] cells, int to, int plane) {
    for (int tile = 0; tile < tiles; tile++) {
      int at0 = from + 2 * tile * channels;
      int at1 = at0 + stride;
      int at2 = at1 + stride;
      ShortVector d0 = ShortVector.fromArray(HALF, d, at0);
      ShortVector d1 = ShortVector.fromArray(HALF, d, at1);
      ShortVector d2 = ShortVector.fromArray(HALF, d, at2);
      ShortVector a0 = d0.sub(d2);
      ShortVector b0 = d1.add(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 1 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 1 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 1 * channels);
      ShortVector a1 = d0.sub(d2);
      ShortVector b1 = d1.add(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 2 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 2 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 2 * channels);
      ShortVector a2 = d0.sub(d2);
      ShortVector b2 = d1.add(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 3 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 3 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 3 * channels);
      ShortVector a3 = d0.sub(d2);
      ShortVector b3 = d1.add(d2);
      int cell = to + tile * channels / 2;
      a0.sub(a2).reinterpretAsInts().intoArray(cells, cell);
      a1.add(a2).reinterpretAsInts().intoArray(cells, cell + plane);
      a2.sub(a1).reinterpretAsInts().intoArray(cells, cell + 2 * plane);
      a1.sub(a3).reinterpretAsInts().intoArray(cells, cell + 3 * plane);
      b0.sub(b2).reinterpretAsInts().intoArray(cells, cell + 4 * plane);
      b1.add(b2).reinterpretAsInts().intoArray(cells, cell + 5 * plane);
      b2.sub(b1).reinterpretAsInts().intoArray(cells, cell + 6 * plane);
      b1.sub(b3).reinterpretAsInts().intoArray(cells, cell + 7 * plane);
    }
  }

  /** {@link #lower} for half a vector. */
  private static void lowerHalf(
      short[] d, int from, int stride, int tiles, int channels, int[] cells, int to, int plane) {
    for (int tile = 0; tile < tiles; tile++) {
      int at0 = from + 2 * tile * channels;
      int at1 = at0 + stride;
      int at2 = at1 + stride;
      ShortVector d0 = ShortVector.fromArray(HALF, d, at0);
      ShortVector d1 = ShortVector.fromArray(HALF, d, at1);
      ShortVector d2 = ShortVector.fromArray(HALF, d, at2);
      ShortVector a0 = d1.sub(d0);
      ShortVector b0 = d0.sub(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 1 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 1 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 1 * channels);
      ShortVector a1 = d1.sub(d0);
      ShortVector b1 = d0.sub(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 2 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 2 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 2 * channels);
      ShortVector a2 = d1.sub(d0);
      ShortVector b2 = d0.sub(d2);
      d0 = ShortVector.fromArray(HALF, d, at0 + 3 * channels);
      d1 = ShortVector.fromArray(HALF, d, at1 + 3 * channels);
      d2 = ShortVector.fromArray(HALF, d, at2 + 3 * channels);
      ShortVector a3 = d1.sub(d0);
      ShortVector b3 = d0.sub(d2);
      int cell = to + tile * channels / 2;
      a0.sub(a2).reinterpretAsInts().intoArray(cells, cell);
      a1.add(a2).reinterpretAsInts().intoArray(cells, cell + plane);
      a2.sub(a1).reinterpretAsInts().intoArray(cells, cell + 2 * plane);
      a1.sub(a3).reinterpretAsInts().intoArray(cells, cell + 3 * plane);
      b0.sub(b2).reinterpretAsInts().intoArray(cells, cell + 4 * plane);
      b1.add(b2).reinterpretAsInts().intoArray(cells, cell + 5 * plane);
      b2.sub(b1).reinterpretAsInts().intoArray(cells, cell + 6 * plane);
      b1.sub(b3).reinterpretAsInts().intoArray(cells, cell + 7 * plane);
    }
  }

  /**
   * U = G g G^T for {@code size} lanes.
   *
   * @param g nine taps, {@code tap[i]} is where the first lane of the i-th is
   * @param u receives sixteen positions, {@code size} apart
   */
  static void weights(short[] g, int[] tap, int size, short[] u) {
    int t00 = tap[0];
    int t01 = tap[1];
    int t02 = tap[2];
    int t10 = tap[3];
    int t11 = tap[4];
    int t12 = tap[5];
    int t20 = tap[6];
    int t21 = tap[7];
    int t22 = tap[8];
    for (int i = 0; i < size; i += LANES) {
      ShortVector g0 = ShortVector.fromArray(S, g, t00 + i);
      ShortVector g1 = ShortVector.fromArray(S, g, t10 + i);
      ShortVector g2 = ShortVector.fromArray(S, g, t20 + i);
      ShortVector sum = g0.add(g2);
      ShortVector a00 = g0.add(g0);
      ShortVector a10 = sum.add(g1);
      ShortVector a20 = sum.sub(g1);
      ShortVector a30 = g2.add(g2);
      g0 = ShortVector.fromArray(S, g, t01 + i);
      g1 = ShortVector.fromArray(S, g, t11 + i);
      g2 = ShortVector.fromArray(S, g, t21 + i);
      sum = g0.add(g2);
      ShortVector a01 = g0.add(g0);
      ShortVector a11 = sum.add(g1);
      ShortVector a21 = sum.sub(g1);
      ShortVector a31 = g2.add(g2);
      g0 = ShortVector.fromArray(S, g, t02 + i);
      g1 = ShortVector.fromArray(S, g, t12 + i);
      g2 = ShortVector.fromArray(S, g, t22 + i);
      sum = g0.add(g2);
      ShortVector a02 = g0.add(g0);
      ShortVector a12 = sum.add(g1);
      ShortVector a22 = sum.sub(g1);
      ShortVector a32 = g2.add(g2);
      sum = a00.add(a02);
      a00.add(a00).intoArray(u, i);
      sum.add(a01).intoArray(u, size + i);
      sum.sub(a01).intoArray(u, 2 * size + i);
      a02.add(a02).intoArray(u, 3 * size + i);
      sum = a10.add(a12);
      a10.add(a10).intoArray(u, 4 * size + i);
      sum.add(a11).intoArray(u, 5 * size + i);
      sum.sub(a11).intoArray(u, 6 * size + i);
      a12.add(a12).intoArray(u, 7 * size + i);
      sum = a20.add(a22);
      a20.add(a20).intoArray(u, 8 * size + i);
      sum.add(a21).intoArray(u, 9 * size + i);
      sum.sub(a21).intoArray(u, 10 * size + i);
      a22.add(a22).intoArray(u, 11 * size + i);
      sum = a30.add(a32);
      a30.add(a30).intoArray(u, 12 * size + i);
      sum.add(a31).intoArray(u, 13 * size + i);
      sum.sub(a31).intoArray(u, 14 * size + i);
      a32.add(a32).intoArray(u, 15 * size + i);
    }
  }

  /**
   * acc += y for a row of tiles and one vector of columns: A^T M A, its two halves of each lane
   * added.
   *
   * @param m sums of the first tile from {@code from}, positions {@code plane} apart
   * @param acc the first row of pixels from {@code to}, the second {@code stride} behind it
   */
  static void results(short[] m, int from, int plane, int tiles, int[] acc, int to, int stride) {
    for (int i = 0; i < tiles; i++) {
      int at = from + i * LANES;
      ShortVector m0 = ShortVector.fromArray(S, m, at);
      ShortVector m1 = ShortVector.fromArray(S, m, at + plane);
      ShortVector m2 = ShortVector.fromArray(S, m, at + 2 * plane);
      ShortVector m3 = ShortVector.fromArray(S, m, at + 3 * plane);
      ShortVector p0 = m0.add(m1).add(m2);
      ShortVector q0 = m1.sub(m2).sub(m3);
      m0 = ShortVector.fromArray(S, m, at + 4 * plane);
      m1 = ShortVector.fromArray(S, m, at + 5 * plane);
      m2 = ShortVector.fromArray(S, m, at + 6 * plane);
      m3 = ShortVector.fromArray(S, m, at + 7 * plane);
      ShortVector p1 = m0.add(m1).add(m2);
      ShortVector q1 = m1.sub(m2).sub(m3);
      m0 = ShortVector.fromArray(S, m, at + 8 * plane);
      m1 = ShortVector.fromArray(S, m, at + 9 * plane);
      m2 = ShortVector.fromArray(S, m, at + 10 * plane);
      m3 = ShortVector.fromArray(S, m, at + 11 * plane);
      ShortVector p2 = m0.add(m1).add(m2);
      ShortVector q2 = m1.sub(m2).sub(m3);
      m0 = ShortVector.fromArray(S, m, at + 12 * plane);
      m1 = ShortVector.fromArray(S, m, at + 13 * plane);
      m2 = ShortVector.fromArray(S, m, at + 14 * plane);
      m3 = ShortVector.fromArray(S, m, at + 15 * plane);
      ShortVector p3 = m0.add(m1).add(m2);
      ShortVector q3 = m1.sub(m2).sub(m3);
      int y = to + 2 * i * COLUMNS;
      IntVector pair = p0.add(p1).add(p2).reinterpretAsInts();
      pair.lanewise(VectorOperators.LSHL, 16)
          .lanewise(VectorOperators.ASHR, 18)
          .add(pair.lanewise(VectorOperators.ASHR, 18))
          .add(IntVector.fromArray(I, acc, y))
          .intoArray(acc, y);
      pair = q0.add(q1).add(q2).reinterpretAsInts();
      pair.lanewise(VectorOperators.LSHL, 16)
          .lanewise(VectorOperators.ASHR, 18)
          .add(pair.lanewise(VectorOperators.ASHR, 18))
          .add(IntVector.fromArray(I, acc, y + COLUMNS))
          .intoArray(acc, y + COLUMNS);
      pair = p1.sub(p2).sub(p3).reinterpretAsInts();
      pair.lanewise(VectorOperators.LSHL, 16)
          .lanewise(VectorOperators.ASHR, 18)
          .add(pair.lanewise(VectorOperators.ASHR, 18))
          .add(IntVector.fromArray(I, acc, y + stride))
          .intoArray(acc, y + stride);
      pair = q1.sub(q2).sub(q3).reinterpretAsInts();
      pair.lanewise(VectorOperators.LSHL, 16)
          .lanewise(VectorOperators.ASHR, 18)
          .add(pair.lanewise(VectorOperators.ASHR, 18))
          .add(IntVector.fromArray(I, acc, y + stride + COLUMNS))
          .intoArray(acc, y + stride + COLUMNS);
    }
  }
}
