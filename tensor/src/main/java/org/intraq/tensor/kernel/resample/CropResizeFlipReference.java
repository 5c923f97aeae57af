package org.intraq.tensor.kernel.resample;

import java.util.Arrays;

/** The definition of {@link CropResizeFlip}: plain loops, sums in double. */
public final class CropResizeFlipReference implements CropResizeFlip {
  @Override
  public void forward(
      int n,
      int h,
      int w,
      int c,
      int oh,
      int ow,
      float[] x,
      int xOffset,
      int[] boxes,
      int boxesOffset,
      int[] flip,
      int flipOffset,
      float[] y,
      int yOffset) {
    CropResizeFlip.check(
        n, h, w, c, oh, ow, x, xOffset, boxes, boxesOffset, flip, flipOffset, y, yOffset);
    for (int image = 0; image < n; image++) {
      int box = boxesOffset + 4 * image;
      int corner = xOffset + ((image * h + boxes[box]) * w + boxes[box + 1]) * c;
      for (int p = 0; p < oh; p++) {
        int i0 = BilinearTaps.first(p, boxes[box + 2], oh);
        int i1 = BilinearTaps.second(i0, boxes[box + 2]);
        double a = BilinearTaps.weight(p, boxes[box + 2], oh);
        for (int q = 0; q < ow; q++) {
          int j0 = BilinearTaps.first(q, boxes[box + 3], ow);
          int j1 = BilinearTaps.second(j0, boxes[box + 3]);
          double b = BilinearTaps.weight(q, boxes[box + 3], ow);
          int column = flip[flipOffset + image] != 0 ? ow - 1 - q : q;
          for (int k = 0; k < c; k++) {
            double top =
                (1 - b) * x[corner + (i0 * w + j0) * c + k] + b * x[corner + (i0 * w + j1) * c + k];
            double bottom =
                (1 - b) * x[corner + (i1 * w + j0) * c + k] + b * x[corner + (i1 * w + j1) * c + k];
            y[yOffset + ((image * oh + p) * ow + column) * c + k] =
                (float) ((1 - a) * top + a * bottom);
          }
        }
      }
    }
  }

  @Override
  public void backward(
      int n,
      int h,
      int w,
      int c,
      int oh,
      int ow,
      float[] dy,
      int dyOffset,
      int[] boxes,
      int boxesOffset,
      int[] flip,
      int flipOffset,
      float[] dx,
      int dxOffset) {
    CropResizeFlip.check(
        n, h, w, c, oh, ow, dx, dxOffset, boxes, boxesOffset, flip, flipOffset, dy, dyOffset);
    double[] sums = new double[h * w * c];
    for (int image = 0; image < n; image++) {
      Arrays.fill(sums, 0);
      int box = boxesOffset + 4 * image;
      int corner = (boxes[box] * w + boxes[box + 1]) * c;
      for (int p = 0; p < oh; p++) {
        int i0 = BilinearTaps.first(p, boxes[box + 2], oh);
        int i1 = BilinearTaps.second(i0, boxes[box + 2]);
        double a = BilinearTaps.weight(p, boxes[box + 2], oh);
        for (int q = 0; q < ow; q++) {
          int j0 = BilinearTaps.first(q, boxes[box + 3], ow);
          int j1 = BilinearTaps.second(j0, boxes[box + 3]);
          double b = BilinearTaps.weight(q, boxes[box + 3], ow);
          int column = flip[flipOffset + image] != 0 ? ow - 1 - q : q;
          for (int k = 0; k < c; k++) {
            double d = dy[dyOffset + ((image * oh + p) * ow + column) * c + k];
            sums[corner + (i0 * w + j0) * c + k] += (1 - a) * (1 - b) * d;
            sums[corner + (i0 * w + j1) * c + k] += (1 - a) * b * d;
            sums[corner + (i1 * w + j0) * c + k] += a * (1 - b) * d;
            sums[corner + (i1 * w + j1) * c + k] += a * b * d;
          }
        }
      }
      for (int i = 0; i < sums.length; i++) {
        dx[dxOffset + image * sums.length + i] = (float) sums[i];
      }
    }
  }
}
