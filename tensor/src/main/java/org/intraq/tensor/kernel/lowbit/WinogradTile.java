package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of {@link WinogradCodes} at one position, modulo 2^16: weights stay in registers and
 * tiles pass by.
 *
 * <pre>
 * m[v][tile][lane] (+)= sum over eight steps of cells[tile][step] * u[step][v][lane]
 * </pre>
 */
final class WinogradTile {
  /** Steps of a product: so many weight vectors of each of two columns stay in registers. */
  static final int STEPS = 8;

  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private WinogradTile() {}

  /**
   * Eight steps of one position, two vectors of columns: weights stay in registers, tiles pass by.
   *
   * @param first whether m is overwritten instead of added to
   * @param cells of the first tile from {@code at}, tiles {@code stride} apart
   * @param u weights [step][2][lanes] from {@code from}
   * @param m sums [2][tiles][lanes] from {@code to}
   */
  static void productOfTwo(
      boolean first,
      int[] cells,
      int at,
      int stride,
      int tiles,
      short[] u,
      int from,
      short[] m,
      int to) {
    if (first) {
      firstTwo(cells, at, stride, tiles, u, from, m, to);
    } else {
      moreTwo(cells, at, stride, tiles, u, from, m, to);
    }
  }

  /** {@link #productOfTwo} where m is overwritten. */
  private static void firstTwo(
      int[] cells, int at, int stride, int tiles, short[] u, int from, short[] m, int to) {
    ShortVector w00 = ShortVector.fromArray(S, u, from);
    ShortVector w01 = ShortVector.fromArray(S, u, from + LANES);
    ShortVector w10 = ShortVector.fromArray(S, u, from + 2 * LANES);
    ShortVector w11 = ShortVector.fromArray(S, u, from + 3 * LANES);
    ShortVector w20 = ShortVector.fromArray(S, u, from + 4 * LANES);
    ShortVector w21 = ShortVector.fromArray(S, u, from + 5 * LANES);
    ShortVector w30 = ShortVector.fromArray(S, u, from + 6 * LANES);
    ShortVector w31 = ShortVector.fromArray(S, u, from + 7 * LANES);
    ShortVector w40 = ShortVector.fromArray(S, u, from + 8 * LANES);
    ShortVector w41 = ShortVector.fromArray(S, u, from + 9 * LANES);
    ShortVector w50 = ShortVector.fromArray(S, u, from + 10 * LANES);
    ShortVector w51 = ShortVector.fromArray(S, u, from + 11 * LANES);
    ShortVector w60 = ShortVector.fromArray(S, u, from + 12 * LANES);
    ShortVector w61 = ShortVector.fromArray(S, u, from + 13 * LANES);
    ShortVector w70 = ShortVector.fromArray(S, u, from + 14 * LANES);
    ShortVector w71 = ShortVector.fromArray(S, u, from + 15 * LANES);
    int second = to + tiles * LANES;
    for (int i = 0; i < tiles; i++, at += stride) {
      ShortVector v = IntVector.broadcast(I, cells[at]).reinterpretAsShorts();
      ShortVector c0 = v.mul(w00);
      ShortVector c1 = v.mul(w01);
      v = IntVector.broadcast(I, cells[at + 1]).reinterpretAsShorts();
      c0 = v.mul(w10).add(c0);
      c1 = v.mul(w11).add(c1);
      v = IntVector.broadcast(I, cells[at + 2]).reinterpretAsShorts();
      c0 = v.mul(w20).add(c0);
      c1 = v.mul(w21).add(c1);
      v = IntVector.broadcast(I, cells[at + 3]).reinterpretAsShorts();
      c0 = v.mul(w30).add(c0);
      c1 = v.mul(w31).add(c1);
      v = IntVector.broadcast(I, cells[at + 4]).reinterpretAsShorts();
      c0 = v.mul(w40).add(c0);
      c1 = v.mul(w41).add(c1);
      v = IntVector.broadcast(I, cells[at + 5]).reinterpretAsShorts();
      c0 = v.mul(w50).add(c0);
      c1 = v.mul(w51).add(c1);
      v = IntVector.broadcast(I, cells[at + 6]).reinterpretAsShorts();
      c0 = v.mul(w60).add(c0);
      c1 = v.mul(w61).add(c1);
      v = IntVector.broadcast(I, cells[at + 7]).reinterpretAsShorts();
      c0.add(v.mul(w70)).intoArray(m, to + i * LANES);
      c1.add(v.mul(w71)).intoArray(m, second + i * LANES);
    }
  }

  /** {@link #productOfTwo} where m is added to. */
  private static void moreTwo(
      int[] cells, int at, int stride, int tiles, short[] u, int from, short[] m, int to) {
    ShortVector w00 = ShortVector.fromArray(S, u, from);
    ShortVector w01 = ShortVector.fromArray(S, u, from + LANES);
    ShortVector w10 = ShortVector.fromArray(S, u, from + 2 * LANES);
    ShortVector w11 = ShortVector.fromArray(S, u, from + 3 * LANES);
    ShortVector w20 = ShortVector.fromArray(S, u, from + 4 * LANES);
    ShortVector w21 = ShortVector.fromArray(S, u, from + 5 * LANES);
    ShortVector w30 = ShortVector.fromArray(S, u, from + 6 * LANES);
    ShortVector w31 = ShortVector.fromArray(S, u, from + 7 * LANES);
    ShortVector w40 = ShortVector.fromArray(S, u, from + 8 * LANES);
    ShortVector w41 = ShortVector.fromArray(S, u, from + 9 * LANES);
    ShortVector w50 = ShortVector.fromArray(S, u, from + 10 * LANES);
    ShortVector w51 = ShortVector.fromArray(S, u, from + 11 * LANES);
    ShortVector w60 = ShortVector.fromArray(S, u, from + 12 * LANES);
    ShortVector w61 = ShortVector.fromArray(S, u, from + 13 * LANES);
    ShortVector w70 = ShortVector.fromArray(S, u, from + 14 * LANES);
    ShortVector w71 = ShortVector.fromArray(S, u, from + 15 * LANES);
    int second = to + tiles * LANES;
    for (int i = 0; i < tiles; i++, at += stride) {
      ShortVector v = IntVector.broadcast(I, cells[at]).reinterpretAsShorts();
      ShortVector c0 = v.mul(w00).add(ShortVector.fromArray(S, m, to + i * LANES));
      ShortVector c1 = v.mul(w01).add(ShortVector.fromArray(S, m, second + i * LANES));
      v = IntVector.broadcast(I, cells[at + 1]).reinterpretAsShorts();
      c0 = v.mul(w10).add(c0);
      c1 = v.mul(w11).add(c1);
      v = IntVector.broadcast(I, cells[at + 2]).reinterpretAsShorts();
      c0 = v.mul(w20).add(c0);
      c1 = v.mul(w21).add(c1);
      v = IntVector.broadcast(I, cells[at + 3]).reinterpretAsShorts();
      c0 = v.mul(w30).add(c0);
      c1 = v.mul(w31).add(c1);
      v = IntVector.broadcast(I, cells[at + 4]).reinterpretAsShorts();
      c0 = v.mul(w40).add(c0);
      c1 = v.mul(w41).add(c1);
      v = IntVector.broadcast(I, cells[at + 5]).reinterpretAsShorts();
      c0 = v.mul(w50).add(c0);
      c1 = v.mul(w51).add(c1);
      v = IntVector.broadcast(I, cells[at + 6]).reinterpretAsShorts();
      c0 = v.mul(w60).add(c0);
      c1 = v.mul(w61).add(c1);
      v = IntVector.broadcast(I, cells[at + 7]).reinterpretAsShorts();
      c0.add(v.mul(w70)).intoArray(m, to + i * LANES);
      c1.add(v.mul(w71)).intoArray(m, second + i * LANES);
    }
  }

  /** {@link #productOfTwo} for one vector of columns. */
  static void productOfOne(
      boolean first,
      int[] cells,
      int at,
      int stride,
      int tiles,
      short[] u,
      int from,
      short[] m,
      int to) {
    if (first) {
      firstOne(cells, at, stride, tiles, u, from, m, to);
    } else {
      moreOne(cells, at, stride, tiles, u, from, m, to);
    }
  }

  /** {@link #productOfOne} where m is overwritten. */
  private static void firstOne(
      int[] cells, int at, int stride, int tiles, short[] u, int from, short[] m, int to) {
    ShortVector w0 = ShortVector.fromArray(S, u, from);
    ShortVector w1 = ShortVector.fromArray(S, u, from + LANES);
    ShortVector w2 = ShortVector.fromArray(S, u, from + 2 * LANES);
    ShortVector w3 = ShortVector.fromArray(S, u, from + 3 * LANES);
    ShortVector w4 = ShortVector.fromArray(S, u, from + 4 * LANES);
    ShortVector w5 = ShortVector.fromArray(S, u, from + 5 * LANES);
    ShortVector w6 = ShortVector.fromArray(S, u, from + 6 * LANES);
    ShortVector w7 = ShortVector.fromArray(S, u, from + 7 * LANES);
    for (int i = 0; i < tiles; i++, at += stride) {
      ShortVector v = IntVector.broadcast(I, cells[at]).reinterpretAsShorts();
      ShortVector c0 = v.mul(w0);
      v = IntVector.broadcast(I, cells[at + 1]).reinterpretAsShorts();
      ShortVector c1 = v.mul(w1);
      v = IntVector.broadcast(I, cells[at + 2]).reinterpretAsShorts();
      c0 = v.mul(w2).add(c0);
      v = IntVector.broadcast(I, cells[at + 3]).reinterpretAsShorts();
      c1 = v.mul(w3).add(c1);
      v = IntVector.broadcast(I, cells[at + 4]).reinterpretAsShorts();
      c0 = v.mul(w4).add(c0);
      v = IntVector.broadcast(I, cells[at + 5]).reinterpretAsShorts();
      c1 = v.mul(w5).add(c1);
      v = IntVector.broadcast(I, cells[at + 6]).reinterpretAsShorts();
      c0 = v.mul(w6).add(c0);
      v = IntVector.broadcast(I, cells[at + 7]).reinterpretAsShorts();
      c1.add(v.mul(w7)).add(c0).intoArray(m, to + i * LANES);
    }
  }

  /** {@link #productOfOne} where m is added to. */
  private static void moreOne(
      int[] cells, int at, int stride, int tiles, short[] u, int from, short[] m, int to) {
    ShortVector w0 = ShortVector.fromArray(S, u, from);
    ShortVector w1 = ShortVector.fromArray(S, u, from + LANES);
    ShortVector w2 = ShortVector.fromArray(S, u, from + 2 * LANES);
    ShortVector w3 = ShortVector.fromArray(S, u, from + 3 * LANES);
    ShortVector w4 = ShortVector.fromArray(S, u, from + 4 * LANES);
    ShortVector w5 = ShortVector.fromArray(S, u, from + 5 * LANES);
    ShortVector w6 = ShortVector.fromArray(S, u, from + 6 * LANES);
    ShortVector w7 = ShortVector.fromArray(S, u, from + 7 * LANES);
    for (int i = 0; i < tiles; i++, at += stride) {
      ShortVector v = IntVector.broadcast(I, cells[at]).reinterpretAsShorts();
      ShortVector c0 = v.mul(w0).add(ShortVector.fromArray(S, m, to + i * LANES));
      v = IntVector.broadcast(I, cells[at + 1]).reinterpretAsShorts();
      ShortVector c1 = v.mul(w1);
      v = IntVector.broadcast(I, cells[at + 2]).reinterpretAsShorts();
      c0 = v.mul(w2).add(c0);
      v = IntVector.broadcast(I, cells[at + 3]).reinterpretAsShorts();
      c1 = v.mul(w3).add(c1);
      v = IntVector.broadcast(I, cells[at + 4]).reinterpretAsShorts();
      c0 = v.mul(w4).add(c0);
      v = IntVector.broadcast(I, cells[at + 5]).reinterpretAsShorts();
      c1 = v.mul(w5).add(c1);
      v = IntVector.broadcast(I, cells[at + 6]).reinterpretAsShorts();
      c0 = v.mul(w6).add(c0);
      v = IntVector.broadcast(I, cells[at + 7]).reinterpretAsShorts();
      c1.add(v.mul(w7)).add(c0).intoArray(m, to + i * LANES);
    }
  }
}
