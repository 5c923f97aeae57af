package org.intraq.tensor.kernel.pool;

import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link MaxPool2d} with the Vector API, along channels.
 *
 * <p>Forward keeps value and index of the leader in registers. Backward gathers instead of
 * scattering: a sample of the input looks at the few windows that cover it and adds the gradient of
 * those that name it, so that dx is written once, without zeroing, by any number of threads. The
 * last vector of channels overlaps the one before.
 */
public final class MaxPool2dSimd implements MaxPool2d {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /** 0, 1, 2, ... */
  private static final IntVector IOTA = IntVector.zero(I).addIndex(1);

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public MaxPool2dSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void forward(
      Pool2dShape s, float[] x, int xAt, float[] y, int yAt, int[] argmax, int argmaxAt) {
    PoolRows.forEach(
        workers,
        s.n(),
        s.outH(),
        s.kh() * s.kw() * s.outW() * s.c(),
        (n, p) -> {
          int top = Math.max(p * s.strideH() - s.padTop(), 0);
          int bottom = Math.min(p * s.strideH() - s.padTop() + s.kh(), s.h());
          for (int q = 0; q < s.outW(); q++) {
            int left = Math.max(q * s.strideW() - s.padLeft(), 0);
            int right = Math.min(q * s.strideW() - s.padLeft() + s.kw(), s.w());
            int to = ((n * s.outH() + p) * s.outW() + q) * s.c();
            int first = ((n * s.h() + top) * s.w() + left) * s.c();
            window(
                bottom - top,
                right - left,
                s.w() * s.c(),
                s.c(),
                x,
                xAt,
                first,
                y,
                yAt + to,
                argmax,
                argmaxAt + to);
          }
        });
  }

  /** One window, all channels; {@code first} is the flat index of its first sample. */
  private static void window(
      int rows,
      int columns,
      int rowStep,
      int c,
      float[] x,
      int xAt,
      int first,
      float[] y,
      int yAt,
      int[] argmax,
      int argmaxAt) {
    int vectors = c < LANES ? 0 : c;
    for (int next = 0; next < vectors; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector best = FloatVector.fromArray(S, x, xAt + first + j);
      IntVector winner = IOTA.add(first + j);
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < columns; k++) {
          int at = first + i * rowStep + k * c + j;
          FloatVector candidate = FloatVector.fromArray(S, x, xAt + at);
          best.check(S);
          winner.check(I);
          // Greater, or the first NaN: not (candidate <= best), unless best is a NaN already
          VectorMask<Float> wins =
              best.compare(VectorOperators.EQ, best)
                  .andNot(candidate.compare(VectorOperators.LE, best));
          best = best.blend(candidate, wins);
          winner = winner.blend(IOTA.add(at), wins.cast(I));
        }
      }
      best.check(S);
      winner.check(I);
      best.intoArray(y, yAt + j);
      winner.intoArray(argmax, argmaxAt + j);
    }
    for (int j = vectors; j < c; j++) {
      int winner = winner(rows, columns, rowStep, c, x, xAt, first + j);
      y[yAt + j] = x[xAt + winner];
      argmax[argmaxAt + j] = winner;
    }
  }

  /** One window of one channel. */
  private static int winner(
      int rows, int columns, int rowStep, int c, float[] x, int xAt, int first) {
    int winner = first;
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < columns; k++) {
        int at = first + i * rowStep + k * c;
        float candidate = x[xAt + at];
        float best = x[xAt + winner];
        boolean firstNaN = Float.isNaN(candidate) && !Float.isNaN(best);
        winner = candidate > best || firstNaN ? at : winner;
      }
    }
    return winner;
  }

  @Override
  public void backward(
      Pool2dShape s, float[] dy, int dyAt, int[] argmax, int argmaxAt, float[] dx, int dxAt) {
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
            int sample = ((n * s.h() + i) * s.w() + k) * s.c();
            int first = ((n * s.outH() + firstP) * s.outW() + firstQ) * s.c();
            gather(
                endP - firstP,
                endQ - firstQ,
                s.outW() * s.c(),
                s.c(),
                dy,
                dyAt + first,
                argmax,
                argmaxAt + first,
                sample,
                dx,
                dxAt + sample);
          }
        });
  }

  /** One sample of dx, all channels: the gradients of the windows that name it. */
  private static void gather(
      int rows,
      int columns,
      int rowStep,
      int c,
      float[] dy,
      int dyAt,
      int[] argmax,
      int argmaxAt,
      int sample,
      float[] dx,
      int dxAt) {
    if (rows <= 0 || columns <= 0) {
      Arrays.fill(dx, dxAt, dxAt + c, 0f);
    } else if (c >= LANES && rows * columns == 1) {
      gatherOne(c, dy, dyAt, argmax, argmaxAt, sample, dx, dxAt);
    } else if (c >= LANES && rows * columns == 2) {
      int step = columns == 2 ? c : rowStep;
      gatherTwo(step, c, dy, dyAt, argmax, argmaxAt, sample, dx, dxAt);
    } else if (c >= LANES && rows == 2 && columns == 2) {
      gatherFour(rowStep, c, dy, dyAt, argmax, argmaxAt, sample, dx, dxAt);
    } else {
      gatherAny(rows, columns, rowStep, c, dy, dyAt, argmax, argmaxAt, sample, dx, dxAt);
    }
  }

  private static void gatherOne(
      int c, float[] dy, int dyAt, int[] argmax, int argmaxAt, int sample, float[] dx, int dxAt) {
    FloatVector zero = FloatVector.zero(S);
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      VectorMask<Float> named =
          IntVector.fromArray(I, argmax, argmaxAt + j)
              .compare(VectorOperators.EQ, IOTA.add(sample + j))
              .cast(S);
      zero.lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + j), named).intoArray(dx, dxAt + j);
    }
  }

  /** Two windows, {@code step} apart. */
  private static void gatherTwo(
      int step,
      int c,
      float[] dy,
      int dyAt,
      int[] argmax,
      int argmaxAt,
      int sample,
      float[] dx,
      int dxAt) {
    FloatVector zero = FloatVector.zero(S);
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      IntVector own = IOTA.add(sample + j);
      int k = j + step;
      VectorMask<Float> n0 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + j)).cast(S);
      VectorMask<Float> n1 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + k)).cast(S);
      zero.lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + j), n0)
          .lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + k), n1)
          .intoArray(dx, dxAt + j);
    }
  }

  /** Two by two windows. */
  private static void gatherFour(
      int rowStep,
      int c,
      float[] dy,
      int dyAt,
      int[] argmax,
      int argmaxAt,
      int sample,
      float[] dx,
      int dxAt) {
    FloatVector zero = FloatVector.zero(S);
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      IntVector own = IOTA.add(sample + j);
      int k = j + c;
      int l = j + rowStep;
      int m = k + rowStep;
      VectorMask<Float> n0 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + j)).cast(S);
      VectorMask<Float> n1 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + k)).cast(S);
      VectorMask<Float> n2 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + l)).cast(S);
      VectorMask<Float> n3 =
          own.compare(VectorOperators.EQ, IntVector.fromArray(I, argmax, argmaxAt + m)).cast(S);
      zero.lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + j), n0)
          .lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + k), n1)
          .lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + l), n2)
          .lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + m), n3)
          .intoArray(dx, dxAt + j);
    }
  }

  /** Any number of windows and channels. */
  private static void gatherAny(
      int rows,
      int columns,
      int rowStep,
      int c,
      float[] dy,
      int dyAt,
      int[] argmax,
      int argmaxAt,
      int sample,
      float[] dx,
      int dxAt) {
    int vectors = c < LANES ? 0 : c;
    for (int next = 0; next < vectors; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector sum = FloatVector.zero(S);
      IntVector own = IOTA.add(sample + j);
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < columns; k++) {
          int at = i * rowStep + k * c + j;
          IntVector winner = IntVector.fromArray(I, argmax, argmaxAt + at);
          VectorMask<Float> named = winner.compare(VectorOperators.EQ, own).cast(S);
          sum.check(S);
          sum = sum.lanewise(ADD, FloatVector.fromArray(S, dy, dyAt + at), named);
        }
      }
      sum.check(S);
      sum.intoArray(dx, dxAt + j);
    }
    for (int j = vectors; j < c; j++) {
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < columns; k++) {
          int at = i * rowStep + k * c + j;
          sum += argmax[argmaxAt + at] == sample + j ? dy[dyAt + at] : 0f;
        }
      }
      dx[dxAt + j] = sum;
    }
  }
}
