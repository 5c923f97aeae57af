package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/** {@link ChannelAffine} with the Vector API: one pass over memory. */
public final class ChannelAffineSimd implements ChannelAffine {
  /** Elements of a task: 128 KiB; less than that is not worth waking a thread. */
  static final int BLOCK = 1 << 15;

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int SCALES = 0;
  private static final int SHIFTS = 1;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public ChannelAffineSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void affine(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] y,
      int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] scales = Scratch.floats(SCALES, repeat * c);
    float[] shifts = Scratch.floats(SHIFTS, repeat * c);
    ChannelTiling.repeat(scale, scaleAt, c, repeat, scales);
    ChannelTiling.repeat(shift, shiftAt, c, repeat, shifts);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            affineRow(columns, x, xAt + row, scales, shifts, y, yAt + row);
          }
        });
  }

  private static void affineRow(
      int columns, float[] x, int xAt, float[] scales, float[] shifts, float[] y, int yAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector.fromArray(S, x, xAt + j)
          .lanewise(FMA, FloatVector.fromArray(S, scales, j), FloatVector.fromArray(S, shifts, j))
          .intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector.fromArray(S, x, xAt + j, tail)
          .lanewise(
              FMA,
              FloatVector.fromArray(S, scales, j, tail),
              FloatVector.fromArray(S, shifts, j, tail))
          .intoArray(y, yAt + j, tail);
    }
  }

  @Override
  public void scale(
      int m, int c, float[] x, int xAt, float[] scale, int scaleAt, float[] y, int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] scales = Scratch.floats(SCALES, repeat * c);
    ChannelTiling.repeat(scale, scaleAt, c, repeat, scales);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            scaleRow(columns, x, xAt + row, scales, y, yAt + row);
          }
        });
  }

  private static void scaleRow(
      int columns, float[] x, int xAt, float[] scales, float[] y, int yAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector.fromArray(S, x, xAt + j)
          .mul(FloatVector.fromArray(S, scales, j))
          .intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector.fromArray(S, x, xAt + j, tail)
          .mul(FloatVector.fromArray(S, scales, j, tail))
          .intoArray(y, yAt + j, tail);
    }
  }

  @Override
  public void parameterGradients(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt) {
    ChannelSums.sums(workers, m, c, x, xAt, null, 0, dy, dyAt, dScale, dScaleAt, dShift, dShiftAt);
  }
}
