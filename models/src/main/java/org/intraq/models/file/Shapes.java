package org.intraq.models.file;

/** Checks of shapes that files declare. */
final class Shapes {
  private Shapes() {}

  /** Dimensions as int, each from 0 to 2^31-1, at most {@link Limits#RANK} of them. */
  static int[] dimensions(ByteSource source, String what, long[] shape) {
    if (shape.length > Limits.RANK) {
      throw source.failure(what + " has " + shape.length + " dimensions");
    }
    int[] out = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0 || shape[i] > Integer.MAX_VALUE) {
        throw source.failure(what + " has a dimension of " + shape[i]);
      }
      out[i] = (int) shape[i];
    }
    return out;
  }

  /** The number of elements, at most 2^59. */
  static long elements(ByteSource source, String what, int[] shape) {
    try {
      return NamedTensor.elements(shape);
    } catch (ArithmeticException e) {
      throw new WeightFileException(source.name(), what + " has too many elements", e);
    }
  }
}
