package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.FMA;

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
    int perBlock = ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1);
    int wideRows = m / repeat;
    if (wideRows <= perBlock) {
      // As in backward: a convolution's task asks for so few rows, and a closure would be
      // allocated.
      forwardRows(wideRows, repeat * c, 0, z, zAt, scales, shifts, r, rAt, floor, cap, y, yAt);
      int rest = wideRows * repeat;
      forwardRows(m - rest, c, rest * c, z, zAt, scales, shifts, r, rAt, floor, cap, y, yAt);
      return;
    }
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        perBlock,
        (index, rows, columns, at) ->
            forwardRows(rows, columns, at, z, zAt, scales, shifts, r, rAt, floor, cap, y, yAt));
  }

  private static void forwardRows(
      int rows,
      int columns,
      int at,
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
    for (int i = 0; i < rows; i++) {
      int row = at + i * columns;
      if (r == null) {
        forwardRow(columns, z, zAt + row, scales, shifts, floor, cap, y, yAt + row);
      } else {
        forwardAddRow(
            columns, z, zAt + row, scales, shifts, r, rAt + row, floor, cap, y, yAt + row);
      }
    }
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
              .lanewise(
                  FMA, FloatVector.fromArray(S, scales, j), FloatVector.fromArray(S, shifts, j));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j, tail)
              .lanewise(
                  FMA,
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
              .lanewise(
                  FMA, FloatVector.fromArray(S, scales, j), FloatVector.fromArray(S, shifts, j))
              .add(FloatVector.fromArray(S, r, rAt + j));
      value = value.blend(floor, value.compare(VectorOperators.LE, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector value =
          FloatVector.fromArray(S, z, zAt + j, tail)
              .lanewise(
                  FMA,
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
    int perBlock = ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1);
    int wideRows = m / repeat;
    if (wideRows <= perBlock) {
      // A convolution's task asks for so few rows, tens of thousands of times an iteration: without
      // a closure, which C2 was seen to allocate each time.
      backwardRows(
          wideRows,
          repeat * c,
          0,
          dy,
          dyAt,
          y,
          yAt,
          cap,
          z,
          zAt,
          scales,
          offsets,
          slopes,
          dz,
          dzAt,
          dr,
          drAt);
      int rest = wideRows * repeat;
      backwardRows(
          m - rest, c, rest * c, dy, dyAt, y, yAt, cap, z, zAt, scales, offsets, slopes, dz, dzAt,
          dr, drAt);
      return;
    }
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        perBlock,
        (index, rows, columns, at) ->
            backwardRows(
                rows, columns, at, dy, dyAt, y, yAt, cap, z, zAt, scales, offsets, slopes, dz, dzAt,
                dr, drAt));
  }

  private static void backwardRows(
      int rows,
      int columns,
      int at,
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
    for (int i = 0; i < rows; i++) {
      int row = at + i * columns;
      if (y == null) {
        AffineReluRows.openRow(
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
      AffineReluRows.backwardRow(
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
            AffineReluRows.sumRow(
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
              AffineReluRows.backwardRow(
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
              AffineReluRows.maskRow(columns, dy, dyAt + row, y, yAt + row, cap, dr, drAt + row);
            }
          }
        });
    plan.finish(dScale, dScaleAt, dShift, dShiftAt);
  }
}
