package org.intraq.tensor.kernel.lowbit;

import java.util.List;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * The one place that chooses low-bit kernels; a machine-code tier (AVX-512 VNNI, AMX) would be
 * asked first here.
 */
public final class LowBitKernels {
  private static final TileKernel SHORT = new ShortTile();

  private LowBitKernels() {}

  /** The fastest convolution of this processor. */
  public static LowBitConvolution convolution(Workers workers) {
    return new LowBitConvolutionSimd(workers);
  }

  /** All strategies of the Vector API tier, for tests and comparisons. */
  static List<TileKernel> strategies() {
    return List.of(SHORT);
  }

  /** The strategy for a geometry (not depthwise) and a pair of widths. */
  static TileKernel choose(Conv2dShape shape, CodeBits bits) {
    return SHORT;
  }
}
