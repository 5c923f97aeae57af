package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;

/**
 * {@link GemmTile} for an A whose steps of K lie anywhere, with 16 registers: tiles along packed
 * panels of B as in {@link GemmPanelTile}.
 *
 * <p>A convolution of three channels has segments of three steps, after each of which {@link
 * GemmTile} begins a loop anew; here a table says where every step begins, in one loop.
 */
public final class GemmStepTile {
  private static final int SLOT_TILE = 2;

  private GemmStepTile() {}

  /** Whether this is the faster way. */
  public static boolean suits() {
    return !GemmTile.MANY_REGISTERS;
  }

  /**
   * c[i, j] = sum over p < depth of a[aBase + steps[p] + i] * b[p, j] for {@link GemmTile#ROWS}
   * rows and {@code columns} columns; sums run over K in the order of {@link GemmTile}.
   *
   * @param b panels of {@link GemmTile#COLUMNS} columns, one behind the other from {@code bAt}
   */
  public static void run(
      int columns,
      int[] steps,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bAt,
      float[] c,
      int cAt,
      int ldc) {
    int width = GemmTile.COLUMNS;
    int whole = columns / width;
    GemmStepTileKernels.panels6(whole, steps, depth, a, aBase, b, bAt, c, cAt, ldc);
    int rest = columns - whole * width;
    int panel = bAt + whole * depth * width;
    int target = cAt + whole * width;
    if (rest == width / 2) {
      GemmStepTileKernels.half6(1, steps, depth, a, aBase, b, panel, c, target, ldc);
    } else if (rest > 0) {
      float[] buffer = Scratch.floats(SLOT_TILE, GemmTile.ROWS * width);
      GemmStepTileKernels.panels6(1, steps, depth, a, aBase, b, panel, buffer, 0, width);
      GemmTile.copy(GemmTile.ROWS, rest, buffer, 0, width, c, target, ldc);
    }
  }
}
