package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The way back through one row of {@link AffineReluSimd}, columns already tiled to wide rows. Each
 * method stays below 325 bytes of code, as there.
 */
public final class AffineReluRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private AffineReluRows() {}

  /** {@link #backwardRow} without a rectifier. */
  public static void openRow(
      int columns,
      float[] dy,
      int dyAt,
      float[] z,
      int zAt,
      float[] scales,
      float[] offsets,
      float[] slopes,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      FloatVector scaled = gradient.mul(FloatVector.fromArray(S, scales, j));
      if (dr != null) {
        gradient.intoArray(dr, drAt + j);
      }
      if (offsets == null) {
        scaled.intoArray(dz, dzAt + j);
      } else {
        FloatVector.fromArray(S, z, zAt + j)
            .lanewise(
                FMA, FloatVector.fromArray(S, slopes, j), FloatVector.fromArray(S, offsets, j))
            .add(scaled)
            .intoArray(dz, dzAt + j);
      }
    }
    for (; j < columns; j++) {
      float gradient = dy[dyAt + j];
      if (dr != null) {
        dr[drAt + j] = gradient;
      }
      float moved = offsets == null ? 0f : Math.fma(z[zAt + j], slopes[j], offsets[j]);
      dz[dzAt + j] = gradient * scales[j] + moved;
    }
  }

  /** One row of the gradients; branches test arrays for null, which the whole row agrees on. */
  public static void backwardRow(
      int columns,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] scales,
      float[] offsets,
      float[] slopes,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector output = FloatVector.fromArray(S, y, yAt + j);
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      VectorMask<Float> passes =
          output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
      FloatVector open = FloatVector.zero(S).blend(gradient, passes);
      FloatVector scaled = open.mul(FloatVector.fromArray(S, scales, j));
      if (dr != null) {
        open.intoArray(dr, drAt + j);
      }
      if (offsets == null) {
        scaled.intoArray(dz, dzAt + j);
      } else {
        FloatVector.fromArray(S, z, zAt + j)
            .lanewise(
                FMA, FloatVector.fromArray(S, slopes, j), FloatVector.fromArray(S, offsets, j))
            .add(scaled)
            .intoArray(dz, dzAt + j);
      }
    }
    for (; j < columns; j++) {
      float gradient = open(y[yAt + j], cap) ? dy[dyAt + j] : 0f;
      if (dr != null) {
        dr[drAt + j] = gradient;
      }
      float moved = offsets == null ? 0f : Math.fma(z[zAt + j], slopes[j], offsets[j]);
      dz[dzAt + j] = gradient * scales[j] + moved;
    }
  }

  /**
   * {@link #backwardRow} where y = min(max(z * scale + shift, 0), cap): computed again rather than
   * read, with the bits that it had.
   */
  public static void recomputedRow(
      int columns,
      float[] dy,
      int dyAt,
      float cap,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float[] offsets,
      float[] slopes,
      float[] dz,
      int dzAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector value = FloatVector.fromArray(S, z, zAt + j);
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      FloatVector scale = FloatVector.fromArray(S, scales, j);
      FloatVector output = value.lanewise(FMA, scale, FloatVector.fromArray(S, shifts, j));
      VectorMask<Float> passes =
          output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
      FloatVector scaled = FloatVector.zero(S).blend(gradient, passes).mul(scale);
      value
          .lanewise(FMA, FloatVector.fromArray(S, slopes, j), FloatVector.fromArray(S, offsets, j))
          .add(scaled)
          .intoArray(dz, dzAt + j);
    }
    for (; j < columns; j++) {
      float output = Math.fma(z[zAt + j], scales[j], shifts[j]);
      float gradient = open(output, cap) ? dy[dyAt + j] : 0f;
      dz[dzAt + j] = gradient * scales[j] + Math.fma(z[zAt + j], slopes[j], offsets[j]);
    }
  }

  private static boolean open(float y, float cap) {
    return y > 0 && y < cap;
  }

  /** Adds a row's g * (z - center) and g to the partial sums of its columns. */
  static void sumRow(
      int columns,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] centers,
      float[] partials,
      int productsAt,
      int sumsAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector output = FloatVector.fromArray(S, y, yAt + j);
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      VectorMask<Float> passes =
          output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
      FloatVector open = FloatVector.zero(S).blend(gradient, passes);
      FloatVector.fromArray(S, z, zAt + j)
          .sub(FloatVector.fromArray(S, centers, j))
          .lanewise(FMA, open, FloatVector.fromArray(S, partials, productsAt + j))
          .intoArray(partials, productsAt + j);
      FloatVector.fromArray(S, partials, sumsAt + j).add(open).intoArray(partials, sumsAt + j);
    }
    for (; j < columns; j++) {
      float output = y[yAt + j];
      float open = open(output, cap) ? dy[dyAt + j] : 0f;
      partials[productsAt + j] += open * (z[zAt + j] - centers[j]);
      partials[sumsAt + j] += open;
    }
  }

  static void maskRow(
      int columns, float[] dy, int dyAt, float[] y, int yAt, float cap, float[] dr, int drAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector output = FloatVector.fromArray(S, y, yAt + j);
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      VectorMask<Float> passes =
          output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
      FloatVector.zero(S).blend(gradient, passes).intoArray(dr, drAt + j);
    }
    for (; j < columns; j++) {
      float output = y[yAt + j];
      dr[drAt + j] = open(output, cap) ? dy[dyAt + j] : 0f;
    }
  }
}
