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
}
