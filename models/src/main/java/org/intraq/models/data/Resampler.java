package org.intraq.models.data;

import java.util.Arrays;

/**
 * Bilinear resize with antialiasing, as PIL's {@code Image.resize(size, BILINEAR)}.
 *
 * <p>Separable convolution with the triangle filter. Along an axis of {@code in} samples shrunk to
 * {@code out}, with s = max(in/out, 1) and c = (i + 0.5) in/out,
 *
 * <pre>
 *   y[i] = sum_j w[i,j] x[j] / sum_j w[i,j],   w[i,j] = max(0, 1 - |j + 0.5 - c| / s)
 *   j from floor(c - s + 0.5) to floor(c + s + 0.5) - 1, clipped to the image
 * </pre>
 *
 * <p>so that every input sample counts when shrinking. Weights are rounded to 22 fractional bits,
 * sums to bytes, columns first, then rows; an axis that keeps its length is not touched. These
 * roundings are PIL's, hence the results are equal byte for byte, on any machine.
 *
 * <p>Source: Pillow documentation, "Filters"; K. Turkowski, "Filters for Common Resampling Tasks",
 * 1990, on scaling the filter's support.
 */
final class Resampler {
  private static final int PRECISION_BITS = 32 - 8 - 2;
  private static final int ROUND = 1 << (PRECISION_BITS - 1);

  /** Bytes between the two passes; 8,000 rows of 224 colour pixels are 5 MB. */
  private static final long MOST_BETWEEN = 1 << 28;

  private Resampler() {}

  /** Resizes the whole image. */
  static DecodedImage resize(DecodedImage image, int height, int width) {
    return resizeAndCrop(image, height, width, 0, 0, height, width);
  }

  /**
   * Resizes to {@code height x width} and returns the window of {@code cropHeight x cropWidth} at
   * ({@code top}, {@code left}); nothing outside the window is computed or stored.
   *
   * @throws DataException if the image is so narrow that even the window takes hundreds of
   *     megabytes
   */
  static DecodedImage resizeAndCrop(
      DecodedImage image, int height, int width, int top, int left, int cropHeight, int cropWidth) {
    if (top < 0
        || left < 0
        || cropHeight < 1
        || cropWidth < 1
        || top > height - cropHeight
        || left > width - cropWidth) {
      throw new IllegalArgumentException(
          "resize: window %dx%d at (%d, %d) leaves the %dx%d result"
              .formatted(cropHeight, cropWidth, top, left, height, width));
    }
    Weights rows = Weights.of(image.height(), height, top, cropHeight);
    Weights columns = Weights.of(image.width(), width, left, cropWidth);
    int firstRow = rows.first[0];
    int rowCount = rows.first[cropHeight - 1] + rows.count[cropHeight - 1] - firstRow;
    long between = (long) image.channels() * rowCount * cropWidth;
    if (between > MOST_BETWEEN) {
      throw tooNarrow(image);
    }
    byte[] narrow = new byte[(int) between];
    alongRows(image, firstRow, rowCount, columns, narrow);
    int rowLength = cropWidth * image.channels();
    byte[] out = new byte[Math.multiplyExact(cropHeight, rowLength)];
    alongColumns(narrow, firstRow, rowLength, rows, out);
    return new DecodedImage(cropHeight, cropWidth, image.channels(), out);
  }

  static DataException tooNarrow(DecodedImage image) {
    return new DataException(
        "the image has %d x %d pixels, too narrow to be resized"
            .formatted(image.width(), image.height()));
  }

  private static void alongRows(
      DecodedImage image, int firstRow, int rowCount, Weights columns, byte[] out) {
    int channels = image.channels();
    int inStride = image.width() * channels;
    int outStride = columns.first.length * channels;
    for (int r = 0; r < rowCount; r++) {
      int in = (firstRow + r) * inStride;
      if (channels == 3) {
        rowOfColours(image.pixels(), in, columns, out, r * outStride);
      } else {
        rowOfGreys(image.pixels(), in, columns, out, r * outStride);
      }
    }
  }

  private static void rowOfColours(byte[] in, int inRow, Weights columns, byte[] out, int outRow) {
    int[] weight = columns.weight;
    for (int x = 0, o = outRow; x < columns.first.length; x++, o += 3) {
      int sum0 = ROUND;
      int sum1 = ROUND;
      int sum2 = ROUND;
      int w = x * columns.stride;
      int end = w + columns.count[x];
      for (int i = inRow + 3 * columns.first[x]; w < end; w++, i += 3) {
        int k = weight[w];
        sum0 += (in[i] & 0xFF) * k;
        sum1 += (in[i + 1] & 0xFF) * k;
        sum2 += (in[i + 2] & 0xFF) * k;
      }
      out[o] = toByte(sum0);
      out[o + 1] = toByte(sum1);
      out[o + 2] = toByte(sum2);
    }
  }

  private static void rowOfGreys(byte[] in, int inRow, Weights columns, byte[] out, int outRow) {
    for (int x = 0; x < columns.first.length; x++) {
      int sum = ROUND;
      int w = x * columns.stride;
      int from = inRow + columns.first[x];
      for (int j = 0; j < columns.count[x]; j++) {
        sum += (in[from + j] & 0xFF) * columns.weight[w + j];
      }
      out[outRow + x] = toByte(sum);
    }
  }

  private static void alongColumns(
      byte[] in, int firstRow, int rowLength, Weights rows, byte[] out) {
    int[] sums = new int[rowLength];
    for (int y = 0; y < rows.first.length; y++) {
      Arrays.fill(sums, ROUND);
      for (int j = 0; j < rows.count[y]; j++) {
        addRow(
            in, (rows.first[y] - firstRow + j) * rowLength, rows.weight[y * rows.stride + j], sums);
      }
      for (int i = 0; i < rowLength; i++) {
        out[y * rowLength + i] = toByte(sums[i]);
      }
    }
  }

  private static void addRow(byte[] in, int from, int k, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (in[from + i] & 0xFF) * k;
    }
  }

  private static byte toByte(int sum) {
    return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
  }

  /** For each output sample of an axis: its first input sample, their count and their weights. */
  private record Weights(int[] first, int[] count, int[] weight, int stride) {
    static Weights of(int in, int out, int from, int length) {
      if (in == out) {
        return identity(from, length);
      }
      double scale = (double) in / out;
      double support = Math.max(scale, 1.0);
      int stride = 2 * (int) Math.ceil(support) + 1;
      int[] first = new int[length];
      int[] count = new int[length];
      int[] weight = new int[Math.multiplyExact(length, stride)];
      double[] exact = new double[stride];
      for (int i = 0; i < length; i++) {
        double centre = (from + i + 0.5) * scale;
        int low = Math.max(0, (int) (centre - support + 0.5));
        int high = Math.min(in, (int) (centre + support + 0.5));
        first[i] = low;
        count[i] = high - low;
        double total = 0;
        for (int j = low; j < high; j++) {
          double w = Math.max(0, 1 - Math.abs((j - centre + 0.5) * (1 / support)));
          exact[j - low] = w;
          total += w;
        }
        for (int j = 0; j < high - low; j++) {
          double share = total == 0 ? exact[j] : exact[j] / total;
          weight[i * stride + j] = (int) (0.5 + share * (1 << PRECISION_BITS));
        }
      }
      return new Weights(first, count, weight, stride);
    }

    private static Weights identity(int from, int length) {
      int[] first = new int[length];
      int[] count = new int[length];
      int[] weight = new int[length];
      for (int i = 0; i < length; i++) {
        first[i] = from + i;
        count[i] = 1;
        weight[i] = 1 << PRECISION_BITS;
      }
      return new Weights(first, count, weight, 1);
    }
  }
}
