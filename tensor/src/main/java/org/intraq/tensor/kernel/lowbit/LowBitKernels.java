package org.intraq.tensor.kernel.lowbit;

import java.util.List;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * The one place that chooses low-bit kernels; a machine-code tier (AVX-512 VNNI, AMX) would be
 * asked first here.
 */
public final class LowBitKernels {
  private static final TileKernel WIDE = new WideShortTile();
  private static final TileKernel NARROW = new NarrowShortTile();

  private static final TileKernel POPCOUNT = new PopcountTile();

  /** Time of a column of narrow blocks, of one of wide blocks. */
  private static final double NARROW_COST = 1.1;

  private LowBitKernels() {}

  /** The fastest convolution of this processor. */
  public static LowBitConvolution convolution(Workers workers) {
    return new LowBitConvolutionSimd(workers);
  }

  /** All strategies of the Vector API tier, for tests and comparisons. */
  static List<TileKernel> strategies() {
    return List.of(WIDE, NARROW, POPCOUNT);
  }

  /**
   * The strategy for a geometry (not depthwise) and a pair of widths.
   *
   * <p>Bit planes cost ka * kw passes over words of 32 channels, 16-bit lanes one pass whatever the
   * widths; they break even near ka * kw = 10 where the words are full. A 1x1 kernel uses every
   * packed pixel once only, and packing bit planes costs more. Winograd's algorithm leaves 16-bit
   * lanes less than half of the products. The card has the figures.
   */
  static TileKernel choose(Conv2dShape shape, CodeBits bits) {
    int channels = shape.icPerGroup();
    int words = (channels + 31) / 32;
    double filled = channels / (32.0 * words);
    int limit;
    if (WinogradCodes.suitsWindow(shape)) {
      limit = channels < 64 ? 0 : 4;
    } else if (filled <= 0.5) {
      limit = 0;
    } else {
      limit = shape.kh() * shape.kw() > 1 ? 9 : 6;
    }
    return bits.activation() * bits.weight() <= limit * filled
        ? POPCOUNT
        : shorts(shape.ocPerGroup());
  }

  /** Wide blocks reload less, narrow ones leave fewer columns empty. */
  private static TileKernel shorts(int columns) {
    return padded(columns, NARROW.columns()) * NARROW_COST < padded(columns, WIDE.columns())
        ? NARROW
        : WIDE;
  }

  private static int padded(int columns, int block) {
    return (columns + block - 1) / block * block;
  }
}
