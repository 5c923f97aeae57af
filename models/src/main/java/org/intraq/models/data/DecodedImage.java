package org.intraq.models.data;

import java.util.Objects;

/**
 * An image of unsigned bytes, rows from the top, channels last: sample {@code (y, x, c)} is {@code
 * pixels[(y*width + x)*channels + c]}.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param channels 1 (grey) or 3 (RGB)
 * @param pixels {@code height*width*channels} samples, not copied
 */
public record DecodedImage(int height, int width, int channels, byte[] pixels) {
  /**
   * Checks the extents.
   *
   * @throws IllegalArgumentException if the extents are not positive, the channels are not 1 or 3,
   *     or the array does not hold exactly {@code height*width*channels} samples
   */
  public DecodedImage {
    Objects.requireNonNull(pixels, "pixels");
    if (height < 1 || width < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "image: expected positive extents and 1 or 3 channels, got %dx%dx%d"
              .formatted(height, width, channels));
    }
    if ((long) height * width * channels != pixels.length) {
      throw new IllegalArgumentException(
          "image: expected %d samples for %dx%dx%d, got %d"
              .formatted((long) height * width * channels, height, width, channels, pixels.length));
    }
  }

  /** Returns sample (y, x, c) as 0..255. */
  public int sample(int y, int x, int c) {
    return pixels[(y * width + x) * channels + c] & 0xFF;
  }

  /**
   * Returns this image with the given number of channels: grey is replicated; colour becomes luma
   * by ITU-R 601-2 in 16-bit fixed point, {@code (19595 R + 38470 G + 7471 B + 32768) >> 16}, which
   * is PIL's {@code convert("L")} bit for bit.
   *
   * @throws IllegalArgumentException if {@code wanted} is not 1 or 3
   */
  public DecodedImage withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int n = height * width;
    byte[] out = new byte[Math.multiplyExact(n, wanted)];
    if (wanted == 3) {
      for (int i = 0; i < n; i++) {
        out[3 * i] = pixels[i];
        out[3 * i + 1] = pixels[i];
        out[3 * i + 2] = pixels[i];
      }
    } else {
      for (int i = 0; i < n && wanted == 1; i++) {
        int red = pixels[3 * i] & 0xFF;
        int green = pixels[3 * i + 1] & 0xFF;
        int blue = pixels[3 * i + 2] & 0xFF;
        out[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
      }
    }
    return new DecodedImage(height, width, wanted, out);
  }
}
