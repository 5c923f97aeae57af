package org.intraq.tensor.kernel.pool;

import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/** {@link AveragePool2d} with the Vector API, along channels; backward gathers. */
public final class AveragePool2dSimd implements AveragePool2d {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int CHAINS = 4;
  private static final int SLOT = 0;

  /** Small planes of so many channels, read in parts, do not leave the nearest cache. */
  private static final int FEW = 128;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public AveragePool2dSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void forward(Pool2dShape s, boolean countPadding, float[] x, int xAt, float[] y, int yAt) {
    PoolRows.forEach(
        workers,
        s.n(),
        s.outH(),
        s.kh() * s.kw() * s.outW() * s.c(),
        (n, p) -> {
          int top = Math.max(p * s.strideH() - s.padTop(), 0);
          int rows = Math.min(p * s.strideH() - s.padTop() + s.kh(), s.h()) - top;
          for (int q = 0; q < s.outW(); q++) {
            int left = Math.max(q * s.strideW() - s.padLeft(), 0);
            int columns = Math.min(q * s.strideW() - s.padLeft() + s.kw(), s.w()) - left;
            int divisor = countPadding ? s.kh() * s.kw() : rows * columns;
            window(
                rows,
                columns,
                s.w() * s.c(),
                s.c(),
                x,
                xAt + ((n * s.h() + top) * s.w() + left) * s.c(),
                1f / divisor,
                y,
                yAt + ((n * s.outH() + p) * s.outW() + q) * s.c());
          }
        });
  }

  /** share * the sum of a window, all channels. */
  private static void window(
      int rows,
      int columns,
      int rowStep,
      int c,
      float[] x,
      int xAt,
      float share,
      float[] y,
      int yAt) {
    int vectors = c < LANES ? 0 : c;
    for (int next = 0; next < vectors; next += LANES) {
      // The last vector overlaps the one before.
      int j = Math.min(next, c - LANES);
      FloatVector sum = FloatVector.zero(S);
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < columns; k++) {
          sum = FloatVector.fromArray(S, x, xAt + i * rowStep + k * c + j).lanewise(ADD, sum);
        }
      }
      sum.check(S);
      sum.mul(share).intoArray(y, yAt + j);
    }
    for (int j = vectors; j < c; j++) {
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < columns; k++) {
          sum += x[xAt + i * rowStep + k * c + j];
        }
      }
      y[yAt + j] = sum * share;
    }
  }

  @Override
  public void backward(
      Pool2dShape s, boolean countPadding, float[] dy, int dyAt, float[] dx, int dxAt) {
    PoolRows.forEach(
        workers,
        s.n(),
        s.h(),
        2 * s.w() * s.c(),
        (n, i) -> {
          int firstP = PoolRows.firstWindow(i, s.padTop(), s.kh(), s.strideH());
          int endP = PoolRows.endWindow(i, s.padTop(), s.strideH(), s.outH());
          for (int k = 0; k < s.w(); k++) {
            int firstQ = PoolRows.firstWindow(k, s.padLeft(), s.kw(), s.strideW());
            int endQ = PoolRows.endWindow(k, s.padLeft(), s.strideW(), s.outW());
            int to = dxAt + ((n * s.h() + i) * s.w() + k) * s.c();
            Arrays.fill(dx, to, to + s.c(), 0f);
            for (int p = firstP; p < endP; p++) {
              for (int q = firstQ; q < endQ; q++) {
                int from = dyAt + ((n * s.outH() + p) * s.outW() + q) * s.c();
                add(s.c(), dy, from, share(s, countPadding, p, q), dx, to);
              }
            }
          }
        });
  }

  private static float share(Pool2dShape s, boolean countPadding, int p, int q) {
    if (countPadding) {
      return 1f / (s.kh() * s.kw());
    }
    int top = p * s.strideH() - s.padTop();
    int left = q * s.strideW() - s.padLeft();
    int rows = Math.min(top + s.kh(), s.h()) - Math.max(top, 0);
    int columns = Math.min(left + s.kw(), s.w()) - Math.max(left, 0);
    return 1f / (rows * columns);
  }

  /** target += share * values. */
  private static void add(int c, float[] values, int at, float share, float[] target, int to) {
    int j = 0;
    for (; j < S.loopBound(c); j += LANES) {
      FloatVector.fromArray(S, values, at + j)
          .mul(share)
          .add(FloatVector.fromArray(S, target, to + j))
          .intoArray(target, to + j);
    }
    for (; j < c; j++) {
      target[to + j] += values[at + j] * share;
    }
  }

  @Override
  public void global(int n, int plane, int c, float[] x, int xAt, float[] y, int yAt) {
    PoolRows.forEach(
        workers,
        n,
        1,
        plane * c,
        (image, row) -> {
          int at = xAt + image * plane * c;
          int to = yAt + image * c;
          Arrays.fill(y, to, to + c, 0f);
          for (int from = 0; from < plane; from += MAX_CHUNK) {
            int rows = Math.min(MAX_CHUNK, plane - from);
            planeSum(rows, c, x, at + from * c, y, to);
          }
          float share = 1f / plane;
          for (int j = to; j < to + c; j++) {
            y[j] *= share;
          }
          if (plane == 0) {
            Arrays.fill(y, to, to + c, Float.NaN);
          }
        });
  }

  /**
   * Adds the sum of some rows of [rows, C] to y: four chains for each channel, whatever the length
   * of a vector. Many channels: rows go one after the other, as they lie in memory, and the chains
   * are in the nearest cache.
   */
  private static void planeSum(int rows, int c, float[] x, int xAt, float[] y, int yAt) {
    if (c % LANES == 0 && c <= FEW) {
      inRegisters(rows, c, x, xAt, y, yAt);
      return;
    }
    float[] sums = Scratch.floats(SLOT, CHAINS * c);
    Arrays.fill(sums, 0, CHAINS * c, 0f);
    int i = 0;
    for (; i + CHAINS <= rows; i += CHAINS) {
      fourRows(c, x, xAt + i * c, sums);
    }
    for (; i < rows; i++) {
      add(c, x, xAt + i * c, 1f, sums, 0);
    }
    for (int j = 0; j < c; j++) {
      y[yAt + j] += sums[j] + sums[c + j] + (sums[2 * c + j] + sums[3 * c + j]);
    }
  }

  private static void inRegisters(int rows, int c, float[] x, int xAt, float[] y, int yAt) {
    for (int j = 0; j < c; j += LANES) {
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = FloatVector.zero(S);
      FloatVector s2 = FloatVector.zero(S);
      FloatVector s3 = FloatVector.zero(S);
      int i = 0;
      int at = xAt + j;
      for (; i + CHAINS <= rows; i += CHAINS, at += CHAINS * c) {
        s0 = FloatVector.fromArray(S, x, at).lanewise(ADD, s0);
        s1 = FloatVector.fromArray(S, x, at + c).lanewise(ADD, s1);
        s2 = FloatVector.fromArray(S, x, at + 2 * c).lanewise(ADD, s2);
        s3 = FloatVector.fromArray(S, x, at + 3 * c).lanewise(ADD, s3);
      }
      for (; i < rows; i++, at += c) {
        s0 = FloatVector.fromArray(S, x, at).lanewise(ADD, s0);
      }
      s0.check(S);
      s2.check(S);
      FloatVector sum = s0.add(s1).add(s2.add(s3));
      FloatVector.fromArray(S, y, yAt + j).add(sum).intoArray(y, yAt + j);
    }
  }

  private static void fourRows(int c, float[] x, int at, float[] sums) {
    int j = 0;
    for (; j < S.loopBound(c); j += LANES) {
      int k = c + j;
      int l = c + k;
      int m = c + l;
      FloatVector.fromArray(S, x, at + j).add(FloatVector.fromArray(S, sums, j)).intoArray(sums, j);
      FloatVector.fromArray(S, x, at + k).add(FloatVector.fromArray(S, sums, k)).intoArray(sums, k);
      FloatVector.fromArray(S, x, at + l).add(FloatVector.fromArray(S, sums, l)).intoArray(sums, l);
      FloatVector.fromArray(S, x, at + m).add(FloatVector.fromArray(S, sums, m)).intoArray(sums, m);
    }
    for (; j < c; j++) {
      for (int chain = j; chain < CHAINS * c; chain += c) {
        sums[chain] += x[at + chain];
      }
    }
  }

  @Override
  public void globalBackward(int n, int plane, int c, float[] dy, int dyAt, float[] dx, int dxAt) {
    float share = 1f / plane;
    PoolRows.forEach(
        workers,
        n,
        1,
        plane * c,
        (image, row) -> {
          int from = dxAt + image * plane * c;
          for (int j = 0; plane > 0 && j < c; j++) {
            dx[from + j] = dy[dyAt + image * c + j] * share;
          }
          // Copies of the first row, doubling in length
          for (int done = 1; done < plane; done *= 2) {
            int rows = Math.min(done, plane - done);
            System.arraycopy(dx, from, dx, from + done * c, rows * c);
          }
        });
  }
}
