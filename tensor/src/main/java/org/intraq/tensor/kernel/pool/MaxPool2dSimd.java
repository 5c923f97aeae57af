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
 * those that name it, so that dx is written once, without zeroing, by any number of threads.
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
    int j = 0;
    for (; j < S.loopBound(c); j += LANES) {
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
    for (; j < c; j++) {
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
      return;
    }
    int j = 0;
    for (; j < S.loopBound(c); j += LANES) {
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
    for (; j < c; j++) {
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
