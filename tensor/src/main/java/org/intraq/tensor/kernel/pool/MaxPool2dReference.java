package org.intraq.tensor.kernel.pool;

import java.util.Arrays;

/** {@link MaxPool2d} in plain loops. */
public final class MaxPool2dReference implements MaxPool2d {
  @Override
  public void forward(
      Pool2dShape s, float[] x, int xAt, float[] y, int yAt, int[] argmax, int argmaxAt) {
    int at = 0;
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int c = 0; c < s.c(); c++, at++) {
            int best = winner(s, x, xAt, n, p, q, c);
            y[yAt + at] = x[xAt + best];
            argmax[argmaxAt + at] = best;
          }
        }
      }
    }
  }

  private static int winner(Pool2dShape s, float[] x, int xAt, int n, int p, int q, int c) {
    int best = -1;
    int top = p * s.strideH() - s.padTop();
    int left = q * s.strideW() - s.padLeft();
    for (int i = Math.max(top, 0); i < Math.min(top + s.kh(), s.h()); i++) {
      for (int k = Math.max(left, 0); k < Math.min(left + s.kw(), s.w()); k++) {
        int candidate = ((n * s.h() + i) * s.w() + k) * s.c() + c;
        if (best < 0 || beats(x[xAt + candidate], x[xAt + best])) {
          best = candidate;
        }
      }
    }
    return best;
  }

  private static boolean beats(float candidate, float best) {
    return candidate > best || Float.isNaN(candidate) && !Float.isNaN(best);
  }

  @Override
  public void backward(
      Pool2dShape s, float[] dy, int dyAt, int[] argmax, int argmaxAt, float[] dx, int dxAt) {
    double[] sums = new double[s.h() * s.w() * s.c()];
    int outputs = s.outH() * s.outW() * s.c();
    for (int n = 0; n < s.n(); n++) {
      Arrays.fill(sums, 0);
      int plane = n * sums.length;
      for (int i = n * outputs; i < (n + 1) * outputs; i++) {
        sums[argmax[argmaxAt + i] - plane] += dy[dyAt + i];
      }
      for (int i = 0; i < sums.length; i++) {
        dx[dxAt + plane + i] = (float) sums[i];
      }
    }
  }
}
