package org.intraq.cuda.driver;

/** Blocks of a grid or threads of a block along x, y and z. */
public record Extent(int x, int y, int z) {
  /** One-dimensional. */
  public static Extent of(int x) {
    return new Extent(x, 1, 1);
  }

  /** Two-dimensional. */
  public static Extent of(int x, int y) {
    return new Extent(x, y, 1);
  }

  /** The product. */
  public long count() {
    return (long) x * y * z;
  }

  @Override
  public String toString() {
    return x + "x" + y + "x" + z;
  }
}
