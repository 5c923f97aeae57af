package org.intraq.tensor.kernel.softmax;

import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The passes over one row, or over many rows at once, that the softmax kernels are made of.
 *
 * <p>Element-wise passes give the same bits at any vector width; sums go through four double lanes
 * by column modulo 4, whatever the processor.
 */
final class Rows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Rows() {}

  /** The largest of {@code count} elements; NaN if one is NaN; -infinity if there are none. */
  static float maximum(int count, float[] x, int from) {
    int i = 0;
    float max = Float.NEGATIVE_INFINITY;
    if (count >= LANES) {
      FloatVector maxima = FloatVector.fromArray(SPECIES, x, from);
      for (i = LANES; i <= count - LANES; i += LANES) {
        maxima = maxima.lanewise(MAX, FloatVector.fromArray(SPECIES, x, from + i));
      }
      max = maxima.reduceLanes(VectorOperators.MAX);
    }
    for (; i < count; i++) {
      max = Math.max(max, x[from + i]);
    }
    return max;
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
