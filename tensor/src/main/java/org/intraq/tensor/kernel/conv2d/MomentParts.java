package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.batchnorm.BatchMoments;

/**
 * Moments of a tensor that is written part by part, in any order and by any thread.
 *
 * <pre>
 * part p of n pixels:  mean[c], variance[c]      where the part has just been written, in single precision
 * all of M pixels:     Chan's combination        in the order of p and in double
 * </pre>
 *
 * The parts' numbers depend on the shape alone, and so do the bits of the result.
 */
final class MomentParts {
  private static final int SLOT = 12;

  private final BatchMoments moments;
  private final int channels;
  private final int numbers;
  private final float[] parts;
  private final int[] pixels;

  /** Room for parts 0 .. numbers - 1; numbers that never come are left out. */
  MomentParts(BatchMoments moments, int numbers, int channels) {
    this.moments = moments;
    this.channels = channels;
    this.numbers = numbers;
    parts = Scratch.floats(SLOT, 2 * numbers * channels);
    pixels = Scratch.ints(SLOT, numbers);
    Arrays.fill(pixels, 0, numbers, 0);
  }

  /** Takes the moments of part {@code number}: {@code count} pixels that begin at z[at]. */
  void add(int number, int count, float[] z, int at) {
    int to = 2 * number * channels;
    moments.moments(count, channels, z, at, parts, to, parts, to + channels);
    pixels[number] = count;
  }

  /** Writes mean and biased variance of all parts together. */
  void combine(float[] mean, int meanAt, float[] variance, int varianceAt) {
    double[] sums = Scratch.doubles(SLOT, 2 * channels);
    Arrays.fill(sums, 0, 2 * channels, 0.0);
    long total = 0;
    for (int p = 0; p < numbers; p++) {
      total += pixels[p];
      for (int c = 0; pixels[p] > 0 && c < channels; c++) {
        sums[c] += (double) pixels[p] * parts[2 * p * channels + c];
      }
    }
    for (int c = 0; c < channels; c++) {
      sums[c] /= total;
    }
    for (int p = 0; p < numbers; p++) {
      for (int c = 0; pixels[p] > 0 && c < channels; c++) {
        double off = parts[2 * p * channels + c] - sums[c];
        sums[channels + c] += pixels[p] * (parts[(2 * p + 1) * channels + c] + off * off);
      }
    }
    for (int c = 0; c < channels; c++) {
      mean[meanAt + c] = (float) sums[c];
      variance[varianceAt + c] = (float) (sums[channels + c] / total);
    }
  }
}
