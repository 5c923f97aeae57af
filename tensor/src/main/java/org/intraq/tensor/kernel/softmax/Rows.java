package org.intraq.tensor.kernel.softmax;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;

/**
 * The passes over one row, or over many rows at once, that the softmax kernels are made of.
 *
 * <p>Element-wise passes give the same bits at any vector width; sums go through double lanes by
 * column, four for short rows and 16 for long ones, whatever the processor.
 */
final class Rows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int DOUBLE_LANES = DOUBLES.length();

  /** As many floats as doubles fit a vector. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  /** Partial sums of a long row: two vectors of 512 bits, four of 256, eight of 128. */
  private static final int PARTS = 16;

  /** Columns from which on a row is summed by vectors. */
  private static final int LONG = 64;

  private static final int SLOT = 0;

  private Rows() {}

  /**
   * The largest of {@code count} elements that are numbers, -infinity if there are none; zero is
   * positive. A row with NaN gets its NaN from the sum.
   */
  static float maximum(int count, float[] x, int from) {
    int i = 0;
    float max = Float.NEGATIVE_INFINITY;
    if (count >= 2 * LANES) {
      FloatVector a = FloatVector.broadcast(SPECIES, max);
      FloatVector b = FloatVector.broadcast(SPECIES, max);
      // Not MAX, which takes five instructions for NaN and zeros.
      for (; i <= count - 2 * LANES; i += 2 * LANES) {
        FloatVector left = FloatVector.fromArray(SPECIES, x, from + i);
        FloatVector right = FloatVector.fromArray(SPECIES, x, from + i + LANES);
        a.check(SPECIES);
        b.check(SPECIES);
        a = a.blend(left, left.compare(GT, a));
        b = b.blend(right, right.compare(GT, b));
      }
      a.check(SPECIES);
      max = a.lanewise(MAX, b).reduceLanes(MAX);
    }
    for (; i < count; i++) {
      max = x[from + i] > max ? x[from + i] : max;
    }
    return max + 0f;
  }

  /** y = (x - shift) * scale. */
  static void shiftScale(
      int count, float[] x, int xFrom, float shift, float scale, float[] y, int yFrom) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xFrom + i).sub(shift).mul(scale).intoArray(y, yFrom + i);
    }
    for (; i < count; i++) {
      y[yFrom + i] = (x[xFrom + i] - shift) * scale;
    }
  }

  /** The sum of x. */
  static double sum(int count, float[] x, int from) {
    return count >= LONG ? longSum(count, x, from) : shortSum(count, x, from);
  }

  private static double shortSum(int count, float[] x, int from) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    int end = from + count;
    for (; i <= end - 4; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    for (; i < end; i++) {
      s0 += x[i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** By column modulo {@link #PARTS}, then the parts in their order, then the last columns. */
  private static double longSum(int count, float[] x, int from) {
    double[] parts = Scratch.doubles(SLOT, PARTS);
    int whole = count - count % PARTS;
    for (int part = 0; part < PARTS; part += 2 * DOUBLE_LANES) {
      addColumns(whole, x, from + part, parts, part);
    }
    double sum = 0;
    for (int part = 0; part < PARTS; part++) {
      sum += parts[part];
    }
    for (int i = from + whole; i < from + count; i++) {
      sum += x[i];
    }
    return sum;
  }

  /** Two vectors of the parts. */
  private static void addColumns(int whole, float[] x, int from, double[] parts, int at) {
    DoubleVector a = DoubleVector.zero(DOUBLES);
    DoubleVector b = DoubleVector.zero(DOUBLES);
    for (int i = from; i < from + whole; i += PARTS) {
      FloatVector left = FloatVector.fromArray(HALF, x, i);
      FloatVector right = FloatVector.fromArray(HALF, x, i + DOUBLE_LANES);
      a = ((DoubleVector) left.convertShape(F2D, DOUBLES, 0)).lanewise(ADD, a);
      b = ((DoubleVector) right.convertShape(F2D, DOUBLES, 0)).lanewise(ADD, b);
    }
    a.intoArray(parts, at);
    b.intoArray(parts, at + DOUBLE_LANES);
  }

  /** The sum of a * b. */
  static double dot(int count, float[] a, int aFrom, float[] b, int bFrom) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i <= count - 4; i += 4) {
      s0 += (double) a[aFrom + i] * b[bFrom + i];
      s1 += (double) a[aFrom + i + 1] * b[bFrom + i + 1];
      s2 += (double) a[aFrom + i + 2] * b[bFrom + i + 2];
      s3 += (double) a[aFrom + i + 3] * b[bFrom + i + 3];
    }
    for (; i < count; i++) {
      s0 += (double) a[aFrom + i] * b[bFrom + i];
    }
    return s0 + s1 + (s2 + s3);
  }
}
