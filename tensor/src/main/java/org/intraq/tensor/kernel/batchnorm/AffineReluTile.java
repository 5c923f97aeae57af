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

  /** Rows of the large tile where there are 16 registers. */
  private static final int SIX = 6;

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
    if (rows == SIX && r == null) {
      j = S.loopBound(columns);
      sixRows(j, y, yAt, ld, scale, scaleAt, shift, shiftAt, floor, cap);
    }
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

  /** Six rows, a vector of each in a turn: no loop over so few rows, which costs more than they. */
  private static void sixRows(
      int columns,
      float[] y,
      int yAt,
      int ld,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float floor,
      float cap) {
    FloatVector low = FloatVector.broadcast(S, floor);
    FloatVector high = FloatVector.broadcast(S, cap);
    int two = yAt + 2 * ld;
    int four = yAt + 4 * ld;
    for (int j = 0; j < columns; j += LANES) {
      FloatVector factor = FloatVector.fromArray(S, scale, scaleAt + j);
      FloatVector offset = FloatVector.fromArray(S, shift, shiftAt + j);
      FloatVector v0 = FloatVector.fromArray(S, y, yAt + j).lanewise(FMA, factor, offset);
      FloatVector v1 = FloatVector.fromArray(S, y, yAt + ld + j).lanewise(FMA, factor, offset);
      FloatVector v2 = FloatVector.fromArray(S, y, two + j).lanewise(FMA, factor, offset);
      FloatVector v3 = FloatVector.fromArray(S, y, two + ld + j).lanewise(FMA, factor, offset);
      FloatVector v4 = FloatVector.fromArray(S, y, four + j).lanewise(FMA, factor, offset);
      FloatVector v5 = FloatVector.fromArray(S, y, four + ld + j).lanewise(FMA, factor, offset);
      v0 = v0.blend(low, v0.compare(LE, low));
      v1 = v1.blend(low, v1.compare(LE, low));
      v2 = v2.blend(low, v2.compare(LE, low));
      v3 = v3.blend(low, v3.compare(LE, low));
      v4 = v4.blend(low, v4.compare(LE, low));
      v5 = v5.blend(low, v5.compare(LE, low));
      v0.blend(high, v0.compare(GT, high)).intoArray(y, yAt + j);
      v1.blend(high, v1.compare(GT, high)).intoArray(y, yAt + ld + j);
      v2.blend(high, v2.compare(GT, high)).intoArray(y, two + j);
      v3.blend(high, v3.compare(GT, high)).intoArray(y, two + ld + j);
      v4.blend(high, v4.compare(GT, high)).intoArray(y, four + j);
      v5.blend(high, v5.compare(GT, high)).intoArray(y, four + ld + j);
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
