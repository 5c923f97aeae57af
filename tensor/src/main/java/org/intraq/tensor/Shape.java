package org.intraq.tensor;

import java.util.Arrays;

/**
 * The extents of a tensor, outermost first; strides are those of a dense row-major layout.
 *
 * <p>A scalar has no dimensions and one element. An extent of zero is allowed and makes the tensor
 * empty. The number of elements must fit an {@code int}, because it is the length of a Java array.
 */
public final class Shape {
  private final int[] extents;
  private final int size;

  private Shape(int[] extents) {
    this.extents = extents;
    this.size = checkedProduct(extents);
  }

  /**
   * Makes a shape.
   *
   * @throws IllegalArgumentException if an extent is negative or the product exceeds 2^31 - 1
   */
  public static Shape of(int... extents) {
    return new Shape(extents.clone());
  }

  private static int checkedProduct(int[] extents) {
    long product = 1;
    boolean empty = false;
    for (int extent : extents) {
      if (extent < 0) {
        throw new IllegalArgumentException(
            "shape: expected extents >= 0, got " + Arrays.toString(extents));
      }
      empty |= extent == 0;
    }
    if (empty) {
      return 0;
    }
    for (int extent : extents) {
      product *= extent;
      if (product > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "shape: expected at most 2^31 - 1 elements, got " + Arrays.toString(extents));
      }
    }
    return (int) product;
  }

  /** Number of dimensions; 0 for a scalar. */
  public int rank() {
    return extents.length;
  }

  /** Extent of dimension {@code axis}; a negative axis counts from the end, as -1 for the last. */
  public int extent(int axis) {
    int resolved = axis < 0 ? axis + extents.length : axis;
    if (resolved < 0 || resolved >= extents.length) {
      throw new IllegalArgumentException("shape: expected an axis of " + this + ", got " + axis);
    }
    return extents[resolved];
  }

  /** Number of elements. */
  public int size() {
    return size;
  }

  /** A copy of the extents. */
  public int[] toArray() {
    return extents.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(extents, that.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** As {@code [2, 32, 32, 3]}. */
  @Override
  public String toString() {
    return Arrays.toString(extents);
  }
}
