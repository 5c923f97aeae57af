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
  private static final TileKernel RUNS = new RunShortTile();
  private static final TileKernel NARROW = new NarrowShortTile();

  private static final TileKernel POPCOUNT = new PopcountTile();
  private static final TileKernel LOOK_UP = new LookUpTile();
  private static final TileKernel FUSED = new FusedTile(1);
  private static final TileKernel FUSED_PAIRS = new FusedTile(2);

  /** Time of a column of narrow blocks, of one of wide blocks. */
  private static final double NARROW_COST = 1.1;

  /** Widening the sums of shorter runs costs more than reading at free offsets. */
  private static final int MIN_RUN = 64;

  /** With fewer steps in 16 bits, products in f32 are faster. */
  private static final int MIN_EXACT_STEPS = 8;

  private LowBitKernels() {}

  /** The fastest convolution of this processor. */
  public static LowBitConvolution convolution(Workers workers) {
    return new LowBitConvolutionSimd(workers);
  }

  /** Ways to multiply codes; {@link #convolution(Workers)} chooses among them. */
  public enum Strategy {
    /** 16-bit multiply-add with late widening; Winograd's algorithm where it applies. */
    SHORT_LANES,
    /** Bit planes, AND and population count. */
    BIT_PLANES,
    /** Tables of sums of activations, read by the bits of the weights. */
    LOOK_UP,
    /** Fused multiply-add in f32, two products in one where they fit. */
    FUSED;

    /** Whether it can multiply codes of these widths. */
    public boolean supports(CodeBits bits) {
      return tiles(this, bits, LowBitConvolution.gemm(1, 1, 1)).supports(bits);
    }
  }

  /**
   * A convolution of one strategy, for comparisons.
   *
   * @throws IllegalArgumentException when it packs weights of widths that it does not support
   */
  public static LowBitConvolution convolution(Workers workers, Strategy strategy) {
    return new LowBitConvolutionSimd(workers, (shape, bits) -> tiles(strategy, bits, shape));
  }

  private static TileKernel tiles(Strategy strategy, CodeBits bits, Conv2dShape shape) {
    return switch (strategy) {
      case SHORT_LANES -> shorts(shape);
      case BIT_PLANES -> POPCOUNT;
      case LOOK_UP -> LOOK_UP;
      case FUSED -> FUSED_PAIRS.supports(bits) ? FUSED_PAIRS : FUSED;
    };
  }

  /** All tiles of the Vector API tier, for tests. */
  static List<TileKernel> strategies() {
    return List.of(WIDE, RUNS, NARROW, POPCOUNT, LOOK_UP, FUSED, FUSED_PAIRS);
  }

  /**
   * The strategy for a geometry (not depthwise) and a pair of widths.
   *
   * <p>Bit planes cost ka * kw passes over words of 32 channels, 16-bit lanes one pass whatever the
   * widths, as long as 16 bits hold a few steps (to 7 by 7 bits, exclusive); they break even near
   * ka * kw = 10 where the words are full. Winograd's algorithm leaves 16-bit lanes less than half
   * of the products. With 16 registers there are no instructions that count bits; two products in
   * one fused multiply-add take the place of the planes. The card has the figures.
   */
  static TileKernel choose(Conv2dShape shape, CodeBits bits) {
    if (ShortTile.exactSteps(bits) < MIN_EXACT_STEPS) {
      return FUSED;
    }
    if (ShortRows.FEW_REGISTERS) {
      boolean fused = bits.activation() * bits.weight() <= 4 && !WinogradCodes.suitsWindow(shape);
      return fused ? FUSED_PAIRS : shorts(shape);
    }
    int channels = shape.icPerGroup();
    int words = (channels + 31) / 32;
    double filled = channels / (32.0 * words);
    int limit;
    if (WinogradCodes.suitsWindow(shape)) {
      limit = channels < 64 ? 0 : 4;
    } else if (filled <= 0.5) {
      limit = 0;
    } else {
      limit = 9;
    }
    return bits.activation() * bits.weight() <= limit * filled ? POPCOUNT : shorts(shape);
  }

  /** Wide blocks reload less, narrow ones leave fewer columns empty; runs need some length. */
  private static TileKernel shorts(Conv2dShape shape) {
    int columns = shape.ocPerGroup();
    if (padded(columns, NARROW.columns()) * NARROW_COST < padded(columns, WIDE.columns())) {
      return NARROW;
    }
    int run = WIDE.steps(shape.icPerGroup()) * (shape.dilationW() == 1 ? shape.kw() : 1);
    return ShortRows.FEW_REGISTERS && run >= MIN_RUN ? RUNS : WIDE;
  }

  private static int padded(int columns, int block) {
    return (columns + block - 1) / block * block;
  }
}
