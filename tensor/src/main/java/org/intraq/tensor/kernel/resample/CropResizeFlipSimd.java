package org.intraq.tensor.kernel.resample;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link CropResizeFlip} as two passes over one row at a time: a vertical one between two whole
 * rows of the box, which is contiguous and runs on vectors, and a horizontal one through tables of
 * sample positions and weights that are made once an image.
 */
public final class CropResizeFlipSimd implements CropResizeFlip {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final int ROW_SLOT = 0;
  private static final int WEIGHT_SLOT = 1;
  private static final int TAP_SLOT = 0;

  private final Workers workers;

  /** A kernel that shares its images out to {@code workers}. */
  public CropResizeFlipSimd(Workers workers) {
    this.workers = workers;
  }

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
    workers.run(
        n,
        image -> {
          int box = boxesOffset + 4 * image;
          int corner = xOffset + ((image * h + boxes[box]) * w + boxes[box + 1]) * c;
          int out = yOffset + image * oh * ow * c;
          boolean mirrored = flip[flipOffset + image] != 0;
          forwardImage(
              w * c, boxes[box + 2], boxes[box + 3], c, oh, ow, mirrored, x, corner, y, out);
        });
  }

  private static void forwardImage(
      int pitch,
      int height,
      int width,
      int c,
      int oh,
      int ow,
      boolean mirrored,
      float[] x,
      int corner,
      float[] y,
      int out) {
    int[] taps = Scratch.ints(TAP_SLOT, 2 * ow);
    float[] weights = Scratch.floats(WEIGHT_SLOT, 2 * ow);
    float[] row = Scratch.floats(ROW_SLOT, width * c);
    tables(width, c, ow, mirrored, taps, weights);
    for (int p = 0; p < oh; p++) {
      int first = BilinearTaps.first(p, height, oh);
      int second = BilinearTaps.second(first, height);
      double weight = BilinearTaps.weight(p, height, oh);
      blendRows(
          width * c,
          (float) (1 - weight),
          (float) weight,
          x,
          corner + first * pitch,
          corner + second * pitch,
          row);
      if (c == 3) {
        interpolateRgb(ow, taps, weights, row, y, out + p * ow * 3);
      } else {
        interpolate(ow, c, taps, weights, row, y, out + p * ow * c);
      }
    }
  }

  /**
   * Fills {@code taps[2 q]} and {@code taps[2 q + 1]} with the positions within a row of the two
   * samples of output column q, and {@code weights} at the same places with theirs. Each weight is
   * rounded once from the exact one, so that small ones are as accurate as large ones.
   */
  private static void tables(
      int width, int c, int ow, boolean mirrored, int[] taps, float[] weights) {
    for (int q = 0; q < ow; q++) {
      int column = mirrored ? ow - 1 - q : q;
      int first = BilinearTaps.first(q, width, ow);
      taps[2 * column] = first * c;
      taps[2 * column + 1] = BilinearTaps.second(first, width) * c;
      double weight = BilinearTaps.weight(q, width, ow);
      weights[2 * column] = (float) (1 - weight);
      weights[2 * column + 1] = (float) weight;
    }
  }

  /** row = rest * x[top ..] + weight * x[bottom ..]. */
  private static void blendRows(
      int count, float rest, float weight, float[] x, int top, int bottom, float[] row) {
    FloatVector weights = FloatVector.broadcast(SPECIES, weight);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, bottom + i)
          .lanewise(FMA, weights, FloatVector.fromArray(SPECIES, x, top + i).mul(rest))
          .intoArray(row, i);
    }
    for (; i < count; i++) {
      row[i] = Math.fma(x[bottom + i], weight, x[top + i] * rest);
    }
  }

  private static void interpolateRgb(
      int ow, int[] taps, float[] weights, float[] row, float[] y, int out) {
    for (int q = 0; q < ow; q++) {
      int first = taps[2 * q];
      int second = taps[2 * q + 1];
      float rest = weights[2 * q];
      float weight = weights[2 * q + 1];
      int at = out + 3 * q;
      y[at] = Math.fma(row[second], weight, row[first] * rest);
      y[at + 1] = Math.fma(row[second + 1], weight, row[first + 1] * rest);
      y[at + 2] = Math.fma(row[second + 2], weight, row[first + 2] * rest);
    }
  }

  private static void interpolate(
      int ow, int c, int[] taps, float[] weights, float[] row, float[] y, int out) {
    for (int q = 0; q < ow; q++) {
      int first = taps[2 * q];
      int second = taps[2 * q + 1];
      float rest = weights[2 * q];
      float weight = weights[2 * q + 1];
      for (int k = 0; k < c; k++) {
        y[out + q * c + k] = Math.fma(row[second + k], weight, row[first + k] * rest);
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
    workers.run(
        n,
        image -> {
          int start = dxOffset + image * h * w * c;
          Arrays.fill(dx, start, start + h * w * c, 0f);
          int box = boxesOffset + 4 * image;
          int corner = start + (boxes[box] * w + boxes[box + 1]) * c;
          int in = dyOffset + image * oh * ow * c;
          boolean mirrored = flip[flipOffset + image] != 0;
          backwardImage(
              w * c, boxes[box + 2], boxes[box + 3], c, oh, ow, mirrored, dy, in, dx, corner);
        });
  }

  private static void backwardImage(
      int pitch,
      int height,
      int width,
      int c,
      int oh,
      int ow,
      boolean mirrored,
      float[] dy,
      int in,
      float[] dx,
      int corner) {
    int[] taps = Scratch.ints(TAP_SLOT, 2 * ow);
    float[] weights = Scratch.floats(WEIGHT_SLOT, 2 * ow);
    float[] row = Scratch.floats(ROW_SLOT, width * c);
    tables(width, c, ow, mirrored, taps, weights);
    for (int p = 0; p < oh; p++) {
      int first = BilinearTaps.first(p, height, oh);
      int second = BilinearTaps.second(first, height);
      double weight = BilinearTaps.weight(p, height, oh);
      Arrays.fill(row, 0, width * c, 0f);
      if (c == 3) {
        scatterRgb(ow, taps, weights, dy, in + p * ow * 3, row);
      } else {
        scatter(ow, c, taps, weights, dy, in + p * ow * c, row);
      }
      addScaled(width * c, (float) (1 - weight), row, dx, corner + first * pitch);
      addScaled(width * c, (float) weight, row, dx, corner + second * pitch);
    }
  }

  private static void scatterRgb(
      int ow, int[] taps, float[] weights, float[] dy, int in, float[] row) {
    for (int q = 0; q < ow; q++) {
      int first = taps[2 * q];
      int second = taps[2 * q + 1];
      float rest = weights[2 * q];
      float weight = weights[2 * q + 1];
      float r = dy[in + 3 * q];
      float g = dy[in + 3 * q + 1];
      float b = dy[in + 3 * q + 2];
      row[first] = Math.fma(r, rest, row[first]);
      row[first + 1] = Math.fma(g, rest, row[first + 1]);
      row[first + 2] = Math.fma(b, rest, row[first + 2]);
      row[second] = Math.fma(r, weight, row[second]);
      row[second + 1] = Math.fma(g, weight, row[second + 1]);
      row[second + 2] = Math.fma(b, weight, row[second + 2]);
    }
  }

  private static void scatter(
      int ow, int c, int[] taps, float[] weights, float[] dy, int in, float[] row) {
    for (int q = 0; q < ow; q++) {
      int first = taps[2 * q];
      int second = taps[2 * q + 1];
      float rest = weights[2 * q];
      float weight = weights[2 * q + 1];
      for (int k = 0; k < c; k++) {
        float d = dy[in + q * c + k];
        row[first + k] = Math.fma(d, rest, row[first + k]);
        row[second + k] = Math.fma(d, weight, row[second + k]);
      }
    }
  }

  /** dx[at ..] += factor * row. */
  private static void addScaled(int count, float factor, float[] row, float[] dx, int at) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, row, i)
          .lanewise(FMA, factors, FloatVector.fromArray(SPECIES, dx, at + i))
          .intoArray(dx, at + i);
    }
    for (; i < count; i++) {
      dx[at + i] = Math.fma(row[i], factor, dx[at + i]);
    }
  }
}
