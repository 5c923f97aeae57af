package org.intraq.models.data;

import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * The training augmentation of CIFAR networks: zeros around the image, a window of the old size at
 * a random place, and a mirror image every other time.
 *
 * <p>A pure function of image and random source, which is asked for the row, the column and the
 * flip, in this order. Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015,
 * section 4.2.
 *
 * @param padding zeros on each side before cropping; 0 to keep the place
 * @param flip mirror left to right with probability 1/2
 */
public record Augmentation(int padding, boolean flip) {
  /** Padding 4 and flips. */
  public static final Augmentation CIFAR = new Augmentation(4, true);

  /**
   * Checks the padding.
   *
   * @throws IllegalArgumentException if it is negative or above 1024
   */
  public Augmentation {
    if (padding < 0 || padding > 1024) {
      throw new IllegalArgumentException(
          "augmentation: expected a padding of 0 to 1024, got " + padding);
    }
  }

  /** Returns a new image of the same extents. */
  public DecodedImage apply(DecodedImage image, RandomGenerator random) {
    int dy = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
    int dx = padding == 0 ? 0 : random.nextInt(2 * padding + 1) - padding;
    return moved(image, dy, dx, flip && random.nextBoolean());
  }

  /** out[y, x] = in[y + dy, x' + dx], zero outside, x' = x or its mirror. */
  private static DecodedImage moved(DecodedImage image, int dy, int dx, boolean mirror) {
    int h = image.height();
    int w = image.width();
    int channels = image.channels();
    byte[] in = image.pixels();
    byte[] out = new byte[in.length];
    for (int y = Math.max(0, -dy); y < Math.min(h, h - dy); y++) {
      for (int x = Math.max(0, -dx); x < Math.min(w, w - dx); x++) {
        int from = ((y + dy) * w + x + dx) * channels;
        int to = (y * w + (mirror ? w - 1 - x : x)) * channels;
        for (int c = 0; c < channels; c++) {
          out[to + c] = in[from + c];
        }
      }
    }
    return new DecodedImage(h, w, channels, out);
  }

  /**
   * Returns a random source for each image that depends on seed and image index alone, so that
   * neither order nor threads change what an image becomes. Give every epoch its own seed.
   */
  public static IntFunction<RandomGenerator> perImage(long seed) {
    // SplittableRandom's algorithm is fixed by its specification; its own mixing separates seeds
    // that differ by the odd constant's multiples.
    return index -> new SplittableRandom(seed + 0xD1342543DE82EF95L * (index + 1L));
  }
}
