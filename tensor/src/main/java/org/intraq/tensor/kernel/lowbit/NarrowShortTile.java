package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Eight windows by one vector of columns, for few output channels. */
final class NarrowShortTile extends GatherShortTile {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int MR = 8;

  @Override
  public int rows() {
    return MR;
  }

  @Override
  int vectors() {
    return 1;
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
        base[at + 6],
        base[at + 7],
        panel,
        partial);
  }

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
      int a6,
      int a7,
      short[] w,
      short[] partial) {
    ShortVector c0 = ShortVector.zero(S);
    ShortVector c1 = ShortVector.zero(S);
    ShortVector c2 = ShortVector.zero(S);
    ShortVector c3 = ShortVector.zero(S);
    ShortVector c4 = ShortVector.zero(S);
    ShortVector c5 = ShortVector.zero(S);
    ShortVector c6 = ShortVector.zero(S);
    ShortVector c7 = ShortVector.zero(S);
    for (int t = from; t < to; t++) {
      int o = offsets[first + t];
      ShortVector tap = ShortVector.fromArray(S, w, t * LANES);
      c0 = IntVector.broadcast(I, cells[a0 + o]).reinterpretAsShorts().mul(tap).add(c0);
      c1 = IntVector.broadcast(I, cells[a1 + o]).reinterpretAsShorts().mul(tap).add(c1);
      c2 = IntVector.broadcast(I, cells[a2 + o]).reinterpretAsShorts().mul(tap).add(c2);
      c3 = IntVector.broadcast(I, cells[a3 + o]).reinterpretAsShorts().mul(tap).add(c3);
      c4 = IntVector.broadcast(I, cells[a4 + o]).reinterpretAsShorts().mul(tap).add(c4);
      c5 = IntVector.broadcast(I, cells[a5 + o]).reinterpretAsShorts().mul(tap).add(c5);
      c6 = IntVector.broadcast(I, cells[a6 + o]).reinterpretAsShorts().mul(tap).add(c6);
      c7 = IntVector.broadcast(I, cells[a7 + o]).reinterpretAsShorts().mul(tap).add(c7);
    }
    c0.intoArray(partial, 0);
    c1.intoArray(partial, LANES);
    c2.intoArray(partial, 2 * LANES);
    c3.intoArray(partial, 3 * LANES);
    c4.intoArray(partial, 4 * LANES);
    c5.intoArray(partial, 5 * LANES);
    c6.intoArray(partial, 6 * LANES);
    c7.intoArray(partial, 7 * LANES);
  }
}
