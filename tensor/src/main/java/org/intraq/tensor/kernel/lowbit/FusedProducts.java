package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The products of {@link FusedTile}: eight windows by two vectors. */
final class FusedProducts {
  static final int MR = 8;

  /** From here to either side 2^22 whole numbers are one bit apart. */
  static final float START = 0x1.8p23f;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private FusedProducts() {}

  /**
   * The sums of steps {@code from} to {@code to - 1} of eight windows.
   *
   * @param first step of the window at which the panel begins
   * @param base first cells of the windows, from {@code at}
   * @param w panel [steps][2][lanes]
   * @param partial receives [8][2][lanes], {@link #START} added
   */
  static void product(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int at,
      float[] w,
      float[] partial) {
    int a0 = base[at];
    int a1 = base[at + 1];
    int a2 = base[at + 2];
    int a3 = base[at + 3];
    int a4 = base[at + 4];
    int a5 = base[at + 5];
    int a6 = base[at + 6];
    int a7 = base[at + 7];
    FloatVector start = FloatVector.broadcast(F, START);
    FloatVector c00 = start;
    FloatVector c01 = start;
    FloatVector c10 = start;
    FloatVector c11 = start;
    FloatVector c20 = start;
    FloatVector c21 = start;
    FloatVector c30 = start;
    FloatVector c31 = start;
    FloatVector c40 = start;
    FloatVector c41 = start;
    FloatVector c50 = start;
    FloatVector c51 = start;
    FloatVector c60 = start;
    FloatVector c61 = start;
    FloatVector c70 = start;
    FloatVector c71 = start;
    for (int t = from; t < to; t++) {
      int o = offsets[first + t];
      FloatVector w0 = FloatVector.fromArray(F, w, t * 2 * LANES);
      FloatVector w1 = FloatVector.fromArray(F, w, t * 2 * LANES + LANES);
      FloatVector v = IntVector.broadcast(I, cells[a0 + o]).reinterpretAsFloats();
      c00 = v.lanewise(FMA, w0, c00);
      c01 = v.lanewise(FMA, w1, c01);
      v = IntVector.broadcast(I, cells[a1 + o]).reinterpretAsFloats();
      c10 = v.lanewise(FMA, w0, c10);
      c11 = v.lanewise(FMA, w1, c11);
      v = IntVector.broadcast(I, cells[a2 + o]).reinterpretAsFloats();
      c20 = v.lanewise(FMA, w0, c20);
      c21 = v.lanewise(FMA, w1, c21);
      v = IntVector.broadcast(I, cells[a3 + o]).reinterpretAsFloats();
      c30 = v.lanewise(FMA, w0, c30);
      c31 = v.lanewise(FMA, w1, c31);
      v = IntVector.broadcast(I, cells[a4 + o]).reinterpretAsFloats();
      c40 = v.lanewise(FMA, w0, c40);
      c41 = v.lanewise(FMA, w1, c41);
      v = IntVector.broadcast(I, cells[a5 + o]).reinterpretAsFloats();
      c50 = v.lanewise(FMA, w0, c50);
      c51 = v.lanewise(FMA, w1, c51);
      v = IntVector.broadcast(I, cells[a6 + o]).reinterpretAsFloats();
      c60 = v.lanewise(FMA, w0, c60);
      c61 = v.lanewise(FMA, w1, c61);
      v = IntVector.broadcast(I, cells[a7 + o]).reinterpretAsFloats();
      c70 = v.lanewise(FMA, w0, c70);
      c71 = v.lanewise(FMA, w1, c71);
    }
    c00.check(F);
    c00.intoArray(partial, 0);
    c01.check(F);
    c01.intoArray(partial, LANES);
    c10.check(F);
    c10.intoArray(partial, 2 * LANES);
    c11.check(F);
    c11.intoArray(partial, 3 * LANES);
    c20.check(F);
    c20.intoArray(partial, 4 * LANES);
    c21.check(F);
    c21.intoArray(partial, 5 * LANES);
    c30.check(F);
    c30.intoArray(partial, 6 * LANES);
    c31.check(F);
    c31.intoArray(partial, 7 * LANES);
    c40.check(F);
    c40.intoArray(partial, 8 * LANES);
    c41.check(F);
    c41.intoArray(partial, 9 * LANES);
    c50.check(F);
    c50.intoArray(partial, 10 * LANES);
    c51.check(F);
    c51.intoArray(partial, 11 * LANES);
    c60.check(F);
    c60.intoArray(partial, 12 * LANES);
    c61.check(F);
    c61.intoArray(partial, 13 * LANES);
    c70.check(F);
    c70.intoArray(partial, 14 * LANES);
    c71.check(F);
    c71.intoArray(partial, 15 * LANES);
  }
}
