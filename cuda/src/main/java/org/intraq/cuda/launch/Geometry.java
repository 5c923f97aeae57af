package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Extent;

/** Sizes of grids. */
public final class Geometry {
  /** Threads of a block where nothing speaks for another number. */
  public static final int BLOCK = 256;

  /** Most blocks along y and z. */
  public static final int MOST_YZ = 65_535;

  /** Most blocks of a grid-stride loop: enough to fill the largest device several times. */
  private static final int MOST_STRIDED = 4096;

  private Geometry() {}

  /** ceil(a / b). */
  public static int ceilDiv(int a, int b) {
    return Math.ceilDiv(a, b);
  }

  /** Blocks of {@link #BLOCK} threads for a grid-stride loop over {@code n} elements. */
  public static Extent strided(int n) {
    return Extent.of(Math.min(Math.ceilDiv(n, BLOCK), MOST_STRIDED));
  }

  /** One thread for each of {@code n} elements in blocks of {@code block}. */
  public static Extent flat(int n, int block) {
    return Extent.of(Math.ceilDiv(n, block));
  }

  /** Blocks for a loop over {@code n} elements that takes four at a time if {@code wide}. */
  public static Extent flat(int n, boolean wide) {
    return strided(wide ? Math.ceilDiv(n, 4) : n);
  }

  /** Whether 128-bit accesses at all these addresses are aligned. */
  public static boolean wide(long... addresses) {
    long bits = 0;
    for (long address : addresses) {
      bits |= address;
    }
    return bits % (4 * Float.BYTES) == 0;
  }

  /** Blocks of {@link #BLOCK} threads that give each of {@code rows} rows a warp. */
  public static Extent warps(int rows) {
    return Extent.of(Math.min(Math.ceilDiv(rows, BLOCK / 32), MOST_STRIDED));
  }
}
