package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link BatchMoments} with the Vector API: one pass over memory, two over each chunk in the cache.
 *
 * <p>A chunk of rows gives, for each channel, its rounded mean a, the sum d1 of x - a and the sum
 * d2 of (x - a)^2, all in single precision. Between chunks everything is double: with n rows in a
 * chunk, mean = (sum of n a + d1) / M, and M variance = sum of d2 - d1^2 / n + n (a + d1 / n -
 * mean)^2.
 */
public final class BatchMomentsSimd implements BatchMoments {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /** Elements of a chunk: 256 KiB, so that the second pass reads the level-two cache. */
  private static final int CHUNK = 1 << 16;

  /** Rows of a chunk, at least: keeps the partial results small beside the data. */
  private static final int MIN_ROWS = 64;

  private static final int PARTIALS = 0;
  private static final int FACTORS = 1;
  private static final int OFFSETS = 2;
  private static final int MEANS = 3;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public BatchMomentsSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void moments(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    int width = repeat * c;
    int rowsPerChunk = Math.min(ChannelTiling.rowsPerBlock(width, CHUNK, MIN_ROWS), MAX_CHUNK);
    int chunks = ChannelTiling.blocks(m, repeat, rowsPerChunk);
    float[] partials = Scratch.floats(PARTIALS, chunks * 3 * width);
    int wide = m / repeat;
    if (wide <= rowsPerChunk) {
      // A convolution's task asks for so few rows, thousands of times an iteration: no closure.
      boolean large = (long) m * c >= ChannelSums.LARGE;
      int rest = m - wide * repeat;
      if (wide > 0) {
        chunk(large, wide, width, x, xAt, partials, 0, width);
      }
      if (rest > 0) {
        chunk(large, rest, c, x, xAt + wide * width, partials, (chunks - 1) * 3 * width, width);
      }
    } else {
      chunks(m, c, repeat, rowsPerChunk, x, xAt, partials);
    }
    double[] sums = Scratch.doubles(PARTIALS, 2 * c);
    combine(m, c, repeat, rowsPerChunk, chunks, partials, sums);
    for (int j = 0; j < c; j++) {
      mean[meanAt + j] = (float) sums[j];
      variance[varianceAt + j] = (float) (sums[c + j] / m);
    }
  }

  private void chunks(
      int m, int c, int repeat, int rowsPerChunk, float[] x, int xAt, float[] partials) {
    boolean large = (long) m * c >= ChannelSums.LARGE;
    int width = repeat * c;
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        rowsPerChunk,
        (index, rows, columns, at) ->
            chunk(large, rows, columns, x, xAt + at, partials, index * 3 * width, width));
  }

  /** Writes a, d1 and d2 of each column to partials[at], [at + stride], [at + 2 stride] on. */
  private static void chunk(
      boolean large,
      int rows,
      int columns,
      float[] x,
      int xAt,
      float[] partials,
      int at,
      int stride) {
    Arrays.fill(partials, at, at + columns, 0f);
    Arrays.fill(partials, at + stride, at + stride + columns, 0f);
    Arrays.fill(partials, at + 2 * stride, at + 2 * stride + columns, 0f);
    int i = 0;
    // Rows one by one from memory, as in ChannelSums.
    for (; !large && i + 8 <= rows; i += 8) {
      addEightRows(columns, x, xAt + i * columns, partials, at);
    }
    for (; i < rows; i++) {
      addRow(columns, x, xAt + i * columns, partials, at);
    }
    float share = 1f / rows;
    for (int j = at; j < at + columns; j++) {
      partials[j] *= share;
    }
    for (i = 0; i + 4 <= rows; i += 4) {
      deviateFourRows(columns, x, xAt + i * columns, partials, at, stride);
    }
    for (; i < rows; i++) {
      deviateRow(columns, x, xAt + i * columns, partials, at, stride);
    }
  }

  private static void addEightRows(int columns, float[] x, int xAt, float[] sums, int at) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      int from = xAt + j;
      FloatVector a = FloatVector.fromArray(S, x, from);
      a = a.lanewise(ADD, FloatVector.fromArray(S, x, from + columns));
      FloatVector b = FloatVector.fromArray(S, x, from + 2 * columns);
      b = b.lanewise(ADD, FloatVector.fromArray(S, x, from + 3 * columns));
      FloatVector c = FloatVector.fromArray(S, x, from + 4 * columns);
      c = c.lanewise(ADD, FloatVector.fromArray(S, x, from + 5 * columns));
      FloatVector d = FloatVector.fromArray(S, x, from + 6 * columns);
      d = d.lanewise(ADD, FloatVector.fromArray(S, x, from + 7 * columns));
      FloatVector sum = a.add(b).add(c.add(d));
      FloatVector.fromArray(S, sums, at + j).add(sum).intoArray(sums, at + j);
    }
    for (; j < columns; j++) {
      for (int i = 0; i < 8; i++) {
        sums[at + j] += x[xAt + i * columns + j];
      }
    }
  }

  private static void addRow(int columns, float[] x, int xAt, float[] sums, int at) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector.fromArray(S, sums, at + j)
          .add(FloatVector.fromArray(S, x, xAt + j))
          .intoArray(sums, at + j);
    }
    for (; j < columns; j++) {
      sums[at + j] += x[xAt + j];
    }
  }

  private static void deviateFourRows(
      int columns, float[] x, int xAt, float[] partials, int at, int stride) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      int from = xAt + j;
      FloatVector center = FloatVector.fromArray(S, partials, at + j);
      FloatVector d0 = FloatVector.fromArray(S, x, from).sub(center);
      FloatVector d1 = FloatVector.fromArray(S, x, from + columns).sub(center);
      FloatVector d2 = FloatVector.fromArray(S, x, from + 2 * columns).sub(center);
      FloatVector d3 = FloatVector.fromArray(S, x, from + 3 * columns).sub(center);
      FloatVector sum = d0.add(d1).add(d2.add(d3));
      FloatVector squares = d0.lanewise(FMA, d0, d1.mul(d1)).add(d2.lanewise(FMA, d2, d3.mul(d3)));
      FloatVector.fromArray(S, partials, at + stride + j)
          .add(sum)
          .intoArray(partials, at + stride + j);
      FloatVector.fromArray(S, partials, at + 2 * stride + j)
          .add(squares)
          .intoArray(partials, at + 2 * stride + j);
    }
    for (; j < columns; j++) {
      for (int i = 0; i < 4; i++) {
        deviate(x[xAt + i * columns + j], partials, at + j, stride);
      }
    }
  }

  private static void deviateRow(
      int columns, float[] x, int xAt, float[] partials, int at, int stride) {
    for (int j = 0; j < columns; j++) {
      deviate(x[xAt + j], partials, at + j, stride);
    }
  }

  private static void deviate(float x, float[] partials, int at, int stride) {
    float deviation = x - partials[at];
    partials[at + stride] += deviation;
    partials[at + 2 * stride] += deviation * deviation;
  }

  /** Leaves the mean of each channel in sums[0, c) and M times its variance in sums[c, 2c). */
  private static void combine(
      int m, int c, int repeat, int rowsPerChunk, int chunks, float[] partials, double[] sums) {
    Arrays.fill(sums, 0, 2 * c, 0.0);
    int width = repeat * c;
    for (int pass = 0; pass < 2; pass++) {
      int wide = m / repeat;
      for (int chunk = 0; chunk < chunks; chunk++) {
        int rows = Math.min(rowsPerChunk, wide - chunk * rowsPerChunk);
        int copies = rows > 0 ? repeat : 1;
        int count = rows > 0 ? rows : m - wide * repeat;
        for (int copy = 0; copy < copies; copy++) {
          int at = chunk * 3 * width + copy * c;
          if (pass == 0) {
            addMeans(c, count, partials, at, width, sums);
          } else {
            addSquares(c, count, partials, at, width, sums);
          }
        }
      }
      if (pass == 0) {
        for (int j = 0; j < c; j++) {
          sums[j] /= m;
        }
      }
    }
  }

  private static void addMeans(
      int c, int rows, float[] partials, int at, int stride, double[] sums) {
    for (int j = 0; j < c; j++) {
      sums[j] += (double) rows * partials[at + j] + partials[at + stride + j];
    }
  }

  private static void addSquares(
      int c, int rows, float[] partials, int at, int stride, double[] sums) {
    double share = 1.0 / rows;
    for (int j = 0; j < c; j++) {
      double first = partials[at + stride + j];
      double within = partials[at + 2 * stride + j] - first * first * share;
      double shift = partials[at + j] + first * share - sums[j];
      sums[c + j] += within + rows * shift * shift;
    }
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] mean,
      int meanAt,
      float[] dMean,
      int dMeanAt,
      float[] dVariance,
      int dVarianceAt,
      float[] dx,
      int dxAt) {
    float[] factors = Scratch.floats(FACTORS, c);
    float[] offsets = Scratch.floats(OFFSETS, c);
    for (int j = 0; j < c; j++) {
      factors[j] = (float) (2.0 * dVariance[dVarianceAt + j] / m);
      offsets[j] = (float) ((double) dMean[dMeanAt + j] / m);
    }
    centeredAffine(workers, m, c, x, xAt, mean, meanAt, factors, offsets, dx, dxAt);
  }

  /** y = (x - center[c]) * factor[c] + offset[c]; for the kernels of this package. */
  static void centeredAffine(
      Workers workers,
      int m,
      int c,
      float[] x,
      int xAt,
      float[] center,
      int centerAt,
      float[] factor,
      float[] offset,
      float[] y,
      int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] centers = Scratch.floats(MEANS, repeat * c);
    float[] factors = Scratch.floats(MEANS + 1, repeat * c);
    float[] offsets = Scratch.floats(MEANS + 2, repeat * c);
    ChannelTiling.repeat(center, centerAt, c, repeat, centers);
    ChannelTiling.repeat(factor, 0, c, repeat, factors);
    ChannelTiling.repeat(offset, 0, c, repeat, offsets);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            centeredRow(columns, x, xAt + row, centers, factors, offsets, y, yAt + row);
          }
        });
  }

  private static void centeredRow(
      int columns,
      float[] x,
      int xAt,
      float[] centers,
      float[] factors,
      float[] offsets,
      float[] y,
      int yAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector.fromArray(S, x, xAt + j)
          .sub(FloatVector.fromArray(S, centers, j))
          .lanewise(FMA, FloatVector.fromArray(S, factors, j), FloatVector.fromArray(S, offsets, j))
          .intoArray(y, yAt + j);
    }
    if (j < columns) {
      VectorMask<Float> tail = S.indexInRange(j, columns);
      FloatVector.fromArray(S, x, xAt + j, tail)
          .sub(FloatVector.fromArray(S, centers, j, tail))
          .lanewise(
              FMA,
              FloatVector.fromArray(S, factors, j, tail),
              FloatVector.fromArray(S, offsets, j, tail))
          .intoArray(y, yAt + j, tail);
    }
  }
}
