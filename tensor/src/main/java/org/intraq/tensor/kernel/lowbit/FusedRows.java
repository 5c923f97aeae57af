package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of {@link FusedTile} for processors of 16 vector registers: four windows by two
 * vectors.
 *
 * <p>Built as {@link ShortRows}, for the same reasons.
 */
final class FusedRows {
  /** Windows of a tile: 8 sums, two weights, codes and products fit into 16 registers. */
  static final int MR = 4;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private FusedRows() {}

  /**
   * The sums that start from {@link FusedProducts#START} of steps {@code from} to {@code to - 1} of
   * a panel, for all windows.
   *
   * @param shift added to a step it gives the offset of its cell from the window's first one
   * @param base first cells of the windows
   * @param w panel [steps][2][lanes] from {@code wAt}
   * @param sums receives [windows][2][lanes] from {@code sumsAt}, windows {@code rowStep} and the
   *     two vectors {@code vectorStep} apart
   */
  static void product(
      int from,
      int to,
      int shift,
      int[] cells,
      int[] base,
      int windows,
      float[] w,
      int wAt,
      float[] sums,
      int sumsAt,
      int rowStep,
      int vectorStep) {
    int last = windows - 1;
    for (int m = 0; m < windows; m += MR) {
      int m1 = Math.min(m + 1, last);
      int m2 = Math.min(m + 2, last);
      int m3 = Math.min(m + 3, last);
      int a0 = base[m] + shift;
      int a1 = base[m1] + shift;
      int a2 = base[m2] + shift;
      int a3 = base[m3] + shift;
      FloatVector start = FloatVector.broadcast(F, FusedProducts.START);
      FloatVector c00 = start;
      FloatVector c01 = start;
      FloatVector c10 = start;
      FloatVector c11 = start;
      FloatVector c20 = start;
      FloatVector c21 = start;
      FloatVector c30 = start;
      FloatVector c31 = start;
      for (int t = from; t < to; t++) {
        FloatVector w0 = FloatVector.fromArray(F, w, wAt + t * 2 * LANES);
        FloatVector w1 = FloatVector.fromArray(F, w, wAt + t * 2 * LANES + LANES);
        FloatVector u = IntVector.broadcast(I, cells[a0 + t]).reinterpretAsFloats();
        c00 = u.lanewise(FMA, w0, c00);
        c01 = u.lanewise(FMA, w1, c01);
        u = IntVector.broadcast(I, cells[a1 + t]).reinterpretAsFloats();
        c10 = u.lanewise(FMA, w0, c10);
        c11 = u.lanewise(FMA, w1, c11);
        u = IntVector.broadcast(I, cells[a2 + t]).reinterpretAsFloats();
        c20 = u.lanewise(FMA, w0, c20);
        c21 = u.lanewise(FMA, w1, c21);
        u = IntVector.broadcast(I, cells[a3 + t]).reinterpretAsFloats();
        c30 = u.lanewise(FMA, w0, c30);
        c31 = u.lanewise(FMA, w1, c31);
      }
      int y0 = sumsAt + m * rowStep;
      c00.intoArray(sums, y0);
      c01.intoArray(sums, y0 + vectorStep);
      int y1 = sumsAt + m1 * rowStep;
      c10.intoArray(sums, y1);
      c11.intoArray(sums, y1 + vectorStep);
      int y2 = sumsAt + m2 * rowStep;
      c20.intoArray(sums, y2);
      c21.intoArray(sums, y2 + vectorStep);
      int y3 = sumsAt + m3 * rowStep;
      c30.intoArray(sums, y3);
      c31.intoArray(sums, y3 + vectorStep);
    }
  }
}
