package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;

/** The definition of {@link Conv2d}: plain loops over the window, sums in double. */
public final class Conv2dReference implements Conv2d {
  @Override
  public void forward(
      Conv2dShape shape, float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset) {
    int oh = shape.outH();
    int ow = shape.outW();
    double[] sums = new double[shape.oc()];
    for (int n = 0; n < shape.n(); n++) {
      for (int p = 0; p < oh; p++) {
        for (int q = 0; q < ow; q++) {
          Arrays.fill(sums, 0);
          for (int r = 0; r < shape.kh(); r++) {
            for (int s = 0; s < shape.kw(); s++) {
              int pixel = inputPixel(shape, n, p, q, r, s);
              if (pixel >= 0) {
                addWindow(shape, x, xOffset + pixel * shape.ic(), w, wOffset, r, s, sums);
              }
            }
          }
          int at = yOffset + ((n * oh + p) * ow + q) * shape.oc();
          for (int o = 0; o < shape.oc(); o++) {
            y[at + o] = (float) sums[o];
          }
        }
      }
    }
  }

  /** sums[o] += x[pixel, c] * w[r, s, c, o] over the channels c of o's group. */
  private static void addWindow(
      Conv2dShape shape, float[] x, int xAt, float[] w, int wOffset, int r, int s, double[] sums) {
    int icg = shape.icPerGroup();
    int ocg = shape.ocPerGroup();
    int wAt = wOffset + (r * shape.kw() + s) * icg * shape.oc();
    for (int g = 0; g < shape.groups(); g++) {
      for (int c = 0; c < icg; c++) {
        double sample = x[xAt + g * icg + c];
        for (int o = g * ocg; o < (g + 1) * ocg; o++) {
          sums[o] += sample * w[wAt + c * shape.oc() + o];
        }
      }
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyOffset,
      float[] w,
      int wOffset,
      float[] dx,
      int dxOffset) {
    int pixels = shape.h() * shape.w();
    double[] image = new double[pixels * shape.ic()];
    float[] turned = turned(shape, w, wOffset);
    for (int n = 0; n < shape.n(); n++) {
      Arrays.fill(image, 0);
      scatterImage(shape, n, dy, dyOffset, turned, image);
      int at = dxOffset + n * image.length;
      for (int i = 0; i < image.length; i++) {
        dx[at + i] = (float) image[i];
      }
    }
  }

  /** The weights [KH, KW, ICg, OC] as [KH, KW, OC, ICg]. */
  private static float[] turned(Conv2dShape shape, float[] w, int wOffset) {
    float[] turned = new float[shape.weightSize()];
    int icg = shape.icPerGroup();
    for (int i = 0; i < turned.length; i++) {
      int o = i / icg % shape.oc();
      int tap = i / icg / shape.oc();
      turned[i] = w[wOffset + (tap * icg + i % icg) * shape.oc() + o];
    }
    return turned;
  }

  /** Adds what every output pixel of image n passes back to the input pixels of its window. */
  private static void scatterImage(
      Conv2dShape shape, int n, float[] dy, int dyOffset, float[] turned, double[] image) {
    int oh = shape.outH();
    int ow = shape.outW();
    int first = n * shape.h() * shape.w();
    for (int p = 0; p < oh; p++) {
      for (int q = 0; q < ow; q++) {
        int dyAt = dyOffset + ((n * oh + p) * ow + q) * shape.oc();
        for (int r = 0; r < shape.kh(); r++) {
          for (int s = 0; s < shape.kw(); s++) {
            int pixel = inputPixel(shape, n, p, q, r, s);
            if (pixel >= 0) {
              scatterWindow(shape, dy, dyAt, turned, r, s, image, (pixel - first) * shape.ic());
            }
          }
        }
      }
    }
  }

  /** image[c] += dy[o] * w[r, s, c, o] over the output channels o of c's group. */
  private static void scatterWindow(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] turned,
      int r,
      int s,
      double[] image,
      int imageAt) {
    int icg = shape.icPerGroup();
    int ocg = shape.ocPerGroup();
    int tapAt = (r * shape.kw() + s) * shape.oc() * icg;
    for (int g = 0; g < shape.groups(); g++) {
      for (int o = g * ocg; o < (g + 1) * ocg; o++) {
        double sample = dy[dyAt + o];
        for (int c = 0; c < icg; c++) {
          image[imageAt + g * icg + c] += sample * turned[tapAt + o * icg + c];
        }
      }
    }
  }

  @Override
  public void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset) {
    double[] sums = new double[shape.icPerGroup() * shape.oc()];
    for (int r = 0; r < shape.kh(); r++) {
      for (int s = 0; s < shape.kw(); s++) {
        Arrays.fill(sums, 0);
        correlate(shape, x, xOffset, dy, dyOffset, r, s, sums);
        int at = dwOffset + (r * shape.kw() + s) * sums.length;
        for (int i = 0; i < sums.length; i++) {
          dw[at + i] = (float) (beta == 0 ? sums[i] : sums[i] + (double) beta * dw[at + i]);
        }
      }
    }
  }

  /** sums[c, o] += x[n, h(p,r), w(q,s), c] * dy[n, p, q, o] over all output pixels. */
  private static void correlate(
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      int r,
      int s,
      double[] sums) {
    int oh = shape.outH();
    int ow = shape.outW();
    int icg = shape.icPerGroup();
    int ocg = shape.ocPerGroup();
    for (int outPixel = 0; outPixel < shape.n() * oh * ow; outPixel++) {
      int n = outPixel / (oh * ow);
      int pixel = inputPixel(shape, n, outPixel / ow % oh, outPixel % ow, r, s);
      if (pixel < 0) {
        continue;
      }
      int xAt = xOffset + pixel * shape.ic();
      int dyAt = dyOffset + outPixel * shape.oc();
      for (int g = 0; g < shape.groups(); g++) {
        for (int c = 0; c < icg; c++) {
          double sample = x[xAt + g * icg + c];
          for (int o = g * ocg; o < (g + 1) * ocg; o++) {
            sums[c * shape.oc() + o] += sample * dy[dyAt + o];
          }
        }
      }
    }
  }

  /** Index of the input pixel under window element (r, s) of output (n, p, q); -1 outside. */
  private static int inputPixel(Conv2dShape shape, int n, int p, int q, int r, int s) {
    int h = p * shape.strideH() - shape.padTop() + r * shape.dilationH();
    int w = q * shape.strideW() - shape.padLeft() + s * shape.dilationW();
    boolean inside = h >= 0 && h < shape.h() && w >= 0 && w < shape.w();
    return inside ? (n * shape.h() + h) * shape.w() + w : -1;
  }
}
