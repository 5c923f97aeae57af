package org.intraq.cuda.kernel.quantize;

import org.intraq.cuda.launch.ChannelGrid;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code FakeQuantizeCuda.cu}: fake quantization, its masked gradient and codes; formulas
 * in {@link org.intraq.tensor.kernel.quantize.AffineQuantizer}. Ranges stay on the device.
 */
public final class FakeQuantizeCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public FakeQuantizeCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = value(x) with one range {lo, hi}. */
  public void quantize(int n, long range, int bits, long x, long y) {
    flat("fake_quantize", n, range, bits, x, y).pointer(x).pointer(y).run();
  }

  /** dx = dy where x is not clamped, else 0. */
  public void mask(int n, long range, int bits, long x, long dy, long dx) {
    flat("fake_quantize_mask", n, range, bits, x, dy, dx).pointer(x).pointer(dy).pointer(dx).run();
  }

  /** Codes, one byte each. */
  public void codes(int n, long range, int bits, long x, long codes) {
    flat("codes", n, range, bits, x, aligned(codes)).pointer(x).pointer(codes).run();
  }

  /** y = value(w) with the ranges [2, c] of the channels. */
  public void quantizeChannels(int rows, int c, long ranges, int bits, long w, long y) {
    channels("fake_quantize_channels", rows, c, ranges, bits, w, y).pointer(w).pointer(y).run();
  }

  /** {@link #mask} with a range for each channel. */
  public void maskChannels(int rows, int c, long ranges, int bits, long w, long dy, long dw) {
    channels("fake_quantize_channels_mask", rows, c, ranges, bits, w, dy, dw)
        .pointer(w)
        .pointer(dy)
        .pointer(dw)
        .run();
  }

  /** {@link #codes} with a range for each channel. */
  public void codesChannels(int rows, int c, long ranges, int bits, long w, long codes) {
    channels("codes_channels", rows, c, ranges, bits, w, aligned(codes))
        .pointer(w)
        .pointer(codes)
        .run();
  }

  /** A number that is a multiple of 16 where four codes may be stored at once. */
  private static long aligned(long codes) {
    return Float.BYTES * codes;
  }

  private Launch flat(String kernel, int n, long range, int bits, long... addresses) {
    boolean wide = Geometry.wide(addresses);
    return launch(kernel)
        .grid(Geometry.flat(n, wide))
        .integer(wide ? 1 : 0)
        .integer(n)
        .pointer(range)
        .integer(bits);
  }

  private Launch channels(
      String kernel, int rows, int c, long ranges, int bits, long first, long... others) {
    long[] addresses = java.util.Arrays.copyOf(others, others.length + 2);
    addresses[others.length] = ranges;
    addresses[others.length + 1] = first;
    return ChannelGrid.of(rows, c, addresses).map(launch(kernel)).pointer(ranges).integer(bits);
  }

  private Launch launch(String kernel) {
    return gpu.module(FakeQuantizeCuda.class).launch(kernel);
  }
}
