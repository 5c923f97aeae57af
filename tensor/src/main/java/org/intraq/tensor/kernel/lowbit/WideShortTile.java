package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Six windows by two vectors of columns: twelve sums for eight loads a step. */
final class WideShortTile extends GatherShortTile {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int MR = 6;

  @Override
  public int rows() {
    return MR;
  }

  @Override
  int vectors() {
    return 2;
  }

  @Override
  void tile(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int at,
      short[] panel,
      short[] partial) {
    product(
        from,
        to,
        cells,
        offsets,
        first,
        base[at],
        base[at + 1],
        base[at + 2],
        base[at + 3],
        base[at + 4],
        base[at + 5],
        panel,
        partial);
  }

  /** Six windows by two vectors of columns; the sums of steps from .. to - 1 in 16 bits. */
  private static void product(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int a0,
      int a1,
      int a2,
      int a3,
      int a4,
      int a5,
      short[] w,
      short[] partial) {
    ShortVector c00 = ShortVector.zero(S);
    ShortVector c01 = ShortVector.zero(S);
    ShortVector c10 = ShortVector.zero(S);
    ShortVector c11 = ShortVector.zero(S);
    ShortVector c20 = ShortVector.zero(S);
    ShortVector c21 = ShortVector.zero(S);
    ShortVector c30 = ShortVector.zero(S);
    ShortVector c31 = ShortVector.zero(S);
    ShortVector c40 = ShortVector.zero(S);
    ShortVector c41 = ShortVector.zero(S);
    ShortVector c50 = ShortVector.zero(S);
    ShortVector c51 = ShortVector.zero(S);
    for (int t = from; t < to; t++) {
      int o = offsets[first + t];
      ShortVector w0 = ShortVector.fromArray(S, w, t * 2 * LANES);
      ShortVector w1 = ShortVector.fromArray(S, w, t * 2 * LANES + LANES);
      ShortVector u = IntVector.broadcast(I, cells[a0 + o]).reinterpretAsShorts();
      c00 = u.mul(w0).add(c00);
      c01 = u.mul(w1).add(c01);
      u = IntVector.broadcast(I, cells[a1 + o]).reinterpretAsShorts();
      c10 = u.mul(w0).add(c10);
      c11 = u.mul(w1).add(c11);
      u = IntVector.broadcast(I, cells[a2 + o]).reinterpretAsShorts();
      c20 = u.mul(w0).add(c20);
      c21 = u.mul(w1).add(c21);
      u = IntVector.broadcast(I, cells[a3 + o]).reinterpretAsShorts();
      c30 = u.mul(w0).add(c30);
      c31 = u.mul(w1).add(c31);
      u = IntVector.broadcast(I, cells[a4 + o]).reinterpretAsShorts();
      c40 = u.mul(w0).add(c40);
      c41 = u.mul(w1).add(c41);
      u = IntVector.broadcast(I, cells[a5 + o]).reinterpretAsShorts();
      c50 = u.mul(w0).add(c50);
      c51 = u.mul(w1).add(c51);
    }
    c00.intoArray(partial, 0);
    c01.intoArray(partial, LANES);
    c10.intoArray(partial, 2 * LANES);
    c11.intoArray(partial, 3 * LANES);
    c20.intoArray(partial, 4 * LANES);
    c21.intoArray(partial, 5 * LANES);
    c30.intoArray(partial, 6 * LANES);
    c31.intoArray(partial, 7 * LANES);
    c40.intoArray(partial, 8 * LANES);
    c41.intoArray(partial, 9 * LANES);
    c50.intoArray(partial, 10 * LANES);
    c51.intoArray(partial, 11 * LANES);
  }
}
