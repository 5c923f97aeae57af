package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link AffineRelu#forward} in place for some rows and columns of a matrix, with the same bits:
 * for a tile that a matrix product has just written.
 *
 * <p>A vector's scale and shift stay in registers for all rows; a pass along rows loads them again
 * for each, which takes longer than the sums.
 */
public final class AffineReluTile {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private AffineReluTile() {}

  /**
   * y = min(max(y * scale + shift + r, floor), cap).
   *
   * @param ld distance of rows of y and of r
   * @param scale of the tile's first column, from {@code scaleAt}
   * @param r null if nothing is added
   */
  public static void forward(
      int rows,
      int columns,
      float[] y,
      int yAt,
      int ld,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      if (r == null) {
        column(rows, y, yAt + j, ld, scale, scaleAt + j, shift, shiftAt + j, floor, cap);
      } else {
        columnAdding(
            rows, y, yAt + j, ld, scale, scaleAt + j, shift, shiftAt + j, r, rAt + j, floor, cap);
      }
    }
    if (j < columns) {
      rest(
          rows,
          columns - j,
          y,
          yAt + j,
          ld,
          scale,
          scaleAt + j,
          shift,
          shiftAt + j,
          r,
          rAt + j,
          floor,
          cap);
    }
  }

  private static void column(
      int rows,
      float[] y,
      int yAt,
      int ld,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float floor,
      float cap) {
    FloatVector factor = FloatVector.fromArray(S, scale, scaleAt);
    FloatVector offset = FloatVector.fromArray(S, shift, shiftAt);
    for (int i = 0, at = yAt; i < rows; i++, at += ld) {
      FloatVector value = FloatVector.fromArray(S, y, at).lanewise(FMA, factor, offset);
      value = value.blend(floor, value.compare(LE, floor));
      value = value.blend(cap, value.compare(GT, cap));
      value.intoArray(y, at);
    }
  }

  private static void columnAdding(
      int rows,
      float[] y,
      int yAt,
      int ld,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap) {
    FloatVector factor = FloatVector.fromArray(S, scale, scaleAt);
    FloatVector offset = FloatVector.fromArray(S, shift, shiftAt);
    for (int i = 0; i < rows; i++) {
      FloatVector value =
          FloatVector.fromArray(S, y, yAt + i * ld)
              .lanewise(FMA, factor, offset)
              .lanewise(ADD, FloatVector.fromArray(S, r, rAt + i * ld));
      value = value.blend(floor, value.compare(LE, floor));
      value = value.blend(cap, value.compare(GT, cap));
      value.intoArray(y, yAt + i * ld);
    }
  }

  /** The last columns, fewer than a vector. */
  private static void rest(
      int rows,
      int columns,
      float[] y,
      int yAt,
      int ld,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap) {
    VectorMask<Float> mask = S.indexInRange(0, columns);
    FloatVector factor = FloatVector.fromArray(S, scale, scaleAt, mask);
    FloatVector offset = FloatVector.fromArray(S, shift, shiftAt, mask);
    for (int i = 0; i < rows; i++) {
      FloatVector value =
          FloatVector.fromArray(S, y, yAt + i * ld, mask).lanewise(FMA, factor, offset);
      if (r != null) {
        value = value.lanewise(ADD, FloatVector.fromArray(S, r, rAt + i * ld, mask));
      }
      value = value.blend(floor, value.compare(LE, floor));
      value = value.blend(cap, value.compare(GT, cap));
      value.intoArray(y, yAt + i * ld, mask);
    }
  }
}
