package org.intraq.cuda.kernel.conv2d;

import java.util.Locale;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Launches {@code ImageGradientCuda.cu}: the gradient of an input of three channels, for the first
 * layers of the networks; exact f32 in every mode.
 */
final class ImageGradientCuda {
  private static final int CHANNELS = 3;
  private static final int THREADS = 128;

  /** Blocks that the largest device holds at once; each takes many strips. */
  private static final int BLOCKS = 528;

  /** A kernel: its window in places of dy, its strip and how many lanes share that. */
  private enum Kernel {
    STRIDE2_ACROSS4_TO64(2, 4, 64, 4),
    STRIDE2_ACROSS2_TO32(2, 2, 32, 4),
    STRIDE1_ACROSS3_TO16(1, 3, 16, 8);

    final int stride;
    final int across;
    final int outputs;
    final int strip;

    Kernel(int stride, int across, int outputs, int strip) {
      this.stride = stride;
      this.across = across;
      this.outputs = outputs;
      this.strip = strip;
    }

    boolean suits(Conv2dShape s) {
      return s.ic() == CHANNELS
          && s.groups() == 1
          && s.oc() == outputs
          && s.strideH() == stride
          && s.strideW() == stride
          && s.dilationH() == 1
          && s.dilationW() == 1
          && places(s.padLeft(), s.kw(), stride) == across
          && sharedBytes(s) <= MOST_SHARED;
    }

    int sharedBytes(Conv2dShape s) {
      int results = Math.ceilDiv(stride * stride * CHANNELS, 4) * 4;
      return places(s.padTop(), s.kh(), stride) * across * results * outputs * Float.BYTES;
    }
  }

  private static final int MOST_SHARED = 56 << 10;

  private final Gpu gpu;
  private final int blocks;

  ImageGradientCuda(Gpu gpu) {
    this(gpu, BLOCKS);
  }

  /** With a grid of at most this many blocks. */
  ImageGradientCuda(Gpu gpu, int blocks) {
    this.gpu = gpu;
    this.blocks = blocks;
  }

  /** The first place of dy, from that of the block on, which reaches a block of pixels. */
  private static int first(int pad, int kernel, int stride) {
    return Math.floorDiv(pad - kernel + stride, stride);
  }

  private static int places(int pad, int kernel, int stride) {
    return Math.floorDiv(stride - 1 + pad, stride) - first(pad, kernel, stride) + 1;
  }

  private static Kernel kernel(Conv2dShape s) {
    for (Kernel kernel : Kernel.values()) {
      if (kernel.suits(s)) {
        return kernel;
      }
    }
    return null;
  }

  /** Whether there is a kernel for this shape, and dy can be read in vectors. */
  static boolean suits(Conv2dShape s, long dy) {
    return kernel(s) != null && Geometry.wide(dy);
  }

  /** dx = the adjoint of the convolution in its input, applied to dy. */
  void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    Kernel kernel = kernel(s);
    int stride = kernel.stride;
    int strips =
        s.n()
            * Math.ceilDiv(s.h(), stride)
            * Math.ceilDiv(Math.ceilDiv(s.w(), stride), kernel.strip);
    int perBlock = THREADS / (kernel.outputs / 4);
    gpu.module(ImageGradientCuda.class)
        .launch(kernel.name().toLowerCase(Locale.ROOT))
        .grid(Extent.of(Math.min(blocks, Math.ceilDiv(strips, perBlock))))
        .block(Extent.of(THREADS))
        .shared(kernel.sharedBytes(s))
        .struct(Conv2dCuda.geometry(s))
        .integer(places(s.padTop(), s.kh(), stride))
        .integer(first(s.padTop(), s.kh(), stride))
        .integer(first(s.padLeft(), s.kw(), stride))
        .pointer(dy)
        .pointer(w)
        .pointer(dx)
        .run();
  }
}
