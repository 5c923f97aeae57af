package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of pairs of codes in 16-bit lanes for processors of 16 vector registers: five windows by
 * two vectors of columns at a time.
 *
 * <p>Steps are neighbouring cells, so that C2 checks ranges before the loop; checked one by one
 * they take a third of the issue slots. Windows follow one another inside the method, and the sums
 * of each leave before the next: sums that live across two loops are spilled in the inner one.
 */
final class ShortRows {
  /** Windows of a tile: 10 sums, two weights, codes and products fit into 16 registers. */
  static final int MR = 5;

  /** Whether there are 16 vector registers (AVX2) instead of 32. */
  static final boolean FEW_REGISTERS = ShortVector.SPECIES_PREFERRED.vectorBitSize() < 512;

  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private ShortRows() {}

  /**
   * The sums modulo 2^16 of steps {@code from} to {@code to - 1} of a panel, for all windows.
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
      short[] w,
      int wAt,
      short[] sums,
      int sumsAt,
      int rowStep,
      int vectorStep) {
    int last = windows - 1;
    for (int m = 0; m < windows; m += MR) {
      int m1 = Math.min(m + 1, last);
      int m2 = Math.min(m + 2, last);
      int m3 = Math.min(m + 3, last);
      int m4 = Math.min(m + 4, last);
      int a0 = base[m] + shift;
      int a1 = base[m1] + shift;
      int a2 = base[m2] + shift;
      int a3 = base[m3] + shift;
      int a4 = base[m4] + shift;
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
      for (int t = from; t < to; t++) {
        ShortVector w0 = ShortVector.fromArray(S, w, wAt + t * 2 * LANES);
        ShortVector w1 = ShortVector.fromArray(S, w, wAt + t * 2 * LANES + LANES);
        ShortVector u = IntVector.broadcast(I, cells[a0 + t]).reinterpretAsShorts();
        c00 = u.mul(w0).add(c00);
        c01 = u.mul(w1).add(c01);
        u = IntVector.broadcast(I, cells[a1 + t]).reinterpretAsShorts();
        c10 = u.mul(w0).add(c10);
        c11 = u.mul(w1).add(c11);
        u = IntVector.broadcast(I, cells[a2 + t]).reinterpretAsShorts();
        c20 = u.mul(w0).add(c20);
        c21 = u.mul(w1).add(c21);
        u = IntVector.broadcast(I, cells[a3 + t]).reinterpretAsShorts();
        c30 = u.mul(w0).add(c30);
        c31 = u.mul(w1).add(c31);
        u = IntVector.broadcast(I, cells[a4 + t]).reinterpretAsShorts();
        c40 = u.mul(w0).add(c40);
        c41 = u.mul(w1).add(c41);
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
      int y4 = sumsAt + m4 * rowStep;
      c40.intoArray(sums, y4);
      c41.intoArray(sums, y4 + vectorStep);
    }
  }

  /** The step behind the run of neighbouring cells that begins with step {@code t}. */
  static int runEnd(int[] offsets, int first, int t, int to) {
    int end = t + 1;
    while (end < to && offsets[first + end] == offsets[first + end - 1] + 1) {
      end++;
    }
    return end;
  }
}
