package org.intraq.tensor.kernel.batchnorm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link AffineRelu} with the Vector API: each method is one pass over memory.
 *
 * <p>Row methods stay below 325 bytes of code, the compiler's limit for inlining hot methods; a
 * longer one was seen to stay at a lower tier for good, at a twentieth of the speed.
 */
public final class AffineReluSimd implements AffineRelu {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int SCALES = 3;
  private static final int SHIFTS = 4;
  private static final int SLOPES = 5;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public AffineReluSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap,
      float[] y,
      int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] scales = wide(SCALES, scale, scaleAt, c, repeat);
    float[] shifts = wide(SHIFTS, shift, shiftAt, c, repeat);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            if (r == null) {
              forwardRow(columns, z, zAt + row, scales, shifts, floor, cap, y, yAt + row);
            } else {
              forwardAddRow(
                  columns, z, zAt + row, scales, shifts, r, rAt + row, floor, cap, y, yAt + row);
            }
          }
        });
  }

  /** A vector of c numbers repeated for wide rows; null stays null. */
  private static float[] wide(int slot, float[] values, int at, int c, int repeat) {
    if (values == null) {
      return null;
    }
    float[] wide = Scratch.floats(slot, repeat * c);
    ChannelTiling.repeat(values, at, c, repeat, wide);
    return wide;
  }

  /** min(max(value, floor), cap): NaN passes both comparisons unchanged, -0 becomes +0. */
  private static void forwardRow(
      int columns,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float floor,
      float cap,
      float[] y,
      int yAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j)
              .fma(FloatVector.fromArray(S, scales, j), FloatVector.fromArray(S, shifts, j));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j, tail)
              .fma(
                  FloatVector.fromArray(S, scales, j, tail),
                  FloatVector.fromArray(S, shifts, j, tail));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j, tail);
    }
  }

  private static void forwardAddRow(
      int columns,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float[] r,
      int rAt,
      float floor,
      float cap,
      float[] y,
      int yAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j)
              .fma(FloatVector.fromArray(S, scales, j), FloatVector.fromArray(S, shifts, j))
              .add(FloatVector.fromArray(S, r, rAt + j));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j, tail)
              .fma(
                  FloatVector.fromArray(S, scales, j, tail),
                  FloatVector.fromArray(S, shifts, j, tail))
              .add(FloatVector.fromArray(S, r, rAt + j, tail));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j, tail);
    }
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] scales = wide(SCALES, scale, scaleAt, c, repeat);
    float[] offsets = wide(SHIFTS, c0, c0At, c, repeat);
    float[] slopes = wide(SLOPES, c1, c1At, c, repeat);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            if (y == null) {
              openRow(
                  columns,
                  dy,
                  dyAt + row,
                  z,
                  zAt + row,
                  scales,
                  offsets,
                  slopes,
                  dz,
                  dzAt + row,
                  dr,
                  drAt + row);
              continue;
            }
            backwardRow(
                columns,
                dy,
                dyAt + row,
                y,
                yAt + row,
                cap,
                z,
                zAt + row,
                scales,
                offsets,
                slopes,
                dz,
                dzAt + row,
                dr,
                drAt + row);
          }
        });
  }

  /** {@link #backwardRow} without a rectifier. */
  private static void openRow(
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
            .fma(FloatVector.fromArray(S, slopes, j), FloatVector.fromArray(S, offsets, j))
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
  private static void backwardRow(
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
            .fma(FloatVector.fromArray(S, slopes, j), FloatVector.fromArray(S, offsets, j))
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

  private static boolean open(float y, float cap) {
    return y > 0 && y < cap;
  }

  @Override
  public void backwardWithSums(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] center,
      int centerAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt) {
    ChannelSums.Plan plan = ChannelSums.Plan.of(m, c);
    float[] centers = ChannelSums.centers(center, centerAt, c, plan.repeat());
    float[] scales = dz == null ? null : wide(SCALES, scale, scaleAt, c, plan.repeat());
    float[] offsets = dz == null ? null : wide(SHIFTS, c0, c0At, c, plan.repeat());
    float[] slopes = dz == null ? null : wide(SLOPES, c1, c1At, c, plan.repeat());
    plan.forEach(
        workers,
        (index, rows, columns, at) -> {
          int products = plan.at(index);
          int sums = products + plan.width();
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            // The sums read dy before dz or dr, which may be the same window, overwrites it.
            sumRow(
                columns,
                dy,
                dyAt + row,
                y,
                yAt + row,
                cap,
                z,
                zAt + row,
                centers,
                plan.partials(),
                products,
                sums);
            if (dz != null) {
              backwardRow(
                  columns,
                  dy,
                  dyAt + row,
                  y,
                  yAt + row,
                  cap,
                  z,
                  zAt + row,
                  scales,
                  offsets,
                  slopes,
                  dz,
                  dzAt + row,
                  dr,
                  drAt + row);
            } else if (dr != null) {
              maskRow(columns, dy, dyAt + row, y, yAt + row, cap, dr, drAt + row);
            }
          }
        });
    plan.finish(dScale, dScaleAt, dShift, dShiftAt);
  }

  /** Adds a row's g * (z - center) and g to the partial sums of its columns. */
  private static void sumRow(
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
          .fma(open, FloatVector.fromArray(S, partials, productsAt + j))
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

  private static void maskRow(
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
