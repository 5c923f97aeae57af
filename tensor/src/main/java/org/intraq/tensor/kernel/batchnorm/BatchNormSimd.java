package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link BatchNorm} with the Vector API: two passes each way, the statistics and the map.
 *
 * <p>The map is (x - mean) * factor + beta, not x * scale + shift: with a large mean the latter
 * would cancel.
 */
public final class BatchNormSimd implements BatchNorm {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int FACTORS = 1;
  private static final int OFFSETS = 2;
  private static final int WIDE = 3;

  private final Workers workers;
  private final BatchMoments moments;

  /** Kernels whose loops are shared out among {@code workers}. */
  public BatchNormSimd(Workers workers) {
    this.workers = workers;
    this.moments = new BatchMomentsSimd(workers);
  }

  @Override
  public void train(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] beta,
      int betaAt,
      float eps,
      float[] y,
      int yAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt) {
    moments.moments(m, c, x, xAt, mean, meanAt, variance, varianceAt);
    float[] factors = Scratch.floats(FACTORS, c);
    float[] offsets = Scratch.floats(OFFSETS, c);
    for (int j = 0; j < c; j++) {
      factors[j] = (float) (gamma[gammaAt + j] * inverse(variance[varianceAt + j], eps));
      offsets[j] = beta[betaAt + j];
    }
    BatchMomentsSimd.centeredAffine(workers, m, c, x, xAt, mean, meanAt, factors, offsets, y, yAt);
  }

  private static double inverse(float variance, float eps) {
    return 1 / Math.sqrt((double) variance + eps);
  }

  @Override
  public void trainBackward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt,
      float eps,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      float[] dGamma,
      int dGammaAt,
      float[] dBeta,
      int dBetaAt) {
    ChannelSums.sums(
        workers, m, c, x, xAt, mean, meanAt, dy, dyAt, dGamma, dGammaAt, dBeta, dBetaAt);
    // dx = a * dy + b * (x - mean) + d, with numbers of each channel laid out for wide rows
    int repeat = ChannelTiling.repeat(c, LANES);
    float[] a = Scratch.floats(WIDE, repeat * c);
    float[] b = Scratch.floats(WIDE + 1, repeat * c);
    float[] d = Scratch.floats(WIDE + 2, repeat * c);
    float[] centers = ChannelSums.centers(mean, meanAt, c, repeat);
    for (int j = 0; j < c; j++) {
      double inv = inverse(variance[varianceAt + j], eps);
      double products = dGamma[dGammaAt + j] * inv;
      double factor = gamma[gammaAt + j] * inv;
      a[j] = (float) factor;
      b[j] = (float) (-factor * products * inv / m);
      d[j] = (float) (-factor * dBeta[dBetaAt + j] / m);
      dGamma[dGammaAt + j] = (float) products;
    }
    repeatInPlace(a, c, repeat);
    repeatInPlace(b, c, repeat);
    repeatInPlace(d, c, repeat);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        ChannelTiling.rowsPerBlock(repeat * c, ChannelAffineSimd.BLOCK, 1),
        (index, rows, columns, at) -> {
          for (int i = 0; i < rows; i++) {
            int row = at + i * columns;
            row(columns, x, xAt + row, dy, dyAt + row, centers, a, b, d, dx, dxAt + row);
          }
        });
  }

  private static void repeatInPlace(float[] values, int c, int repeat) {
    for (int i = 1; i < repeat; i++) {
      System.arraycopy(values, 0, values, i * c, c);
    }
  }

  private static void row(
      int columns,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] centers,
      float[] a,
      float[] b,
      float[] d,
      float[] dx,
      int dxAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector moved =
          FloatVector.fromArray(S, x, xAt + j)
              .sub(FloatVector.fromArray(S, centers, j))
              .lanewise(FMA, FloatVector.fromArray(S, b, j), FloatVector.fromArray(S, d, j));
      FloatVector.fromArray(S, dy, dyAt + j)
          .lanewise(FMA, FloatVector.fromArray(S, a, j), moved)
          .intoArray(dx, dxAt + j);
    }
    for (; j < columns; j++) {
      float moved = Math.fma(x[xAt + j] - centers[j], b[j], d[j]);
      dx[dxAt + j] = Math.fma(dy[dyAt + j], a[j], moved);
    }
  }
}
