package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every implementation and strategy gives exactly the sums and results of the reference. */
@Tag("kernel")
class LowBitConvolutionTest {
  private static final Workers ONE = new Workers(1);
  private static final Workers THREE = new Workers(3);

  /** Every strategy for these widths by itself, and the choice among them. */
  static List<LowBitConvolution> kernels(Workers workers, CodeBits bits) {
    List<LowBitConvolution> kernels = new ArrayList<>();
    kernels.add(LowBitKernels.convolution(workers));
    for (TileKernel strategy : LowBitKernels.strategies()) {
      if (strategy.supports(bits)) {
        kernels.add(new LowBitConvolutionSimd(workers, strategy));
      }
    }
    return kernels;
  }

  static Stream<CodeBits> pairs() {
    return java.util.stream.IntStream.rangeClosed(2, 8)
        .boxed()
        .flatMap(
            a -> java.util.stream.IntStream.rangeClosed(2, 8).mapToObj(w -> new CodeBits(a, w)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyPairOfWidthsIsExactAtItsExtremes(CodeBits bits) {
    // 3 * 3 * 61 = 549 products: beyond what 16 bits hold for U4S4, and no multiple of anything.
    Conv2dShape conv = Conv2dShape.of(1, 2, 3, 61, 35, 3, 1, 1);
    Conv2dShape gemm = LowBitConvolution.gemm(2, 1100, 17);
    Conv2dShape depthwise = Conv2dShape.depthwise(1, 5, 6, 37, 3, 1, 1);
    for (LowBitCase.Fill fill : LowBitCase.Fill.values()) {
      LowBitCase first = new LowBitCase(conv, bits, fill, 1);
      LowBitCase second = new LowBitCase(gemm, bits, fill, 2);
      for (LowBitConvolution kernel : kernels(ONE, bits)) {
        first.checkSums(kernel, false);
        second.checkSums(kernel, false);
      }
      LowBitConvolution kernel = LowBitKernels.convolution(ONE);
      LowBitCase operands = new LowBitCase(depthwise, bits, fill, 3);
      operands.checkSums(kernel, false);
      operands.checkSums(kernel, true);
      operands.checkRun(kernel, false, 4);
    }
  }

  @Test
  void onlyLookUpHasPairsThatItCannotMultiply() {
    Conv2dShape shape = LowBitConvolution.gemm(1, 4, 1);
    for (LowBitKernels.Strategy strategy : LowBitKernels.Strategy.values()) {
      LowBitConvolution kernel = LowBitKernels.convolution(ONE, strategy);
      for (CodeBits bits : pairs().toList()) {
        // Six codes of 5 bits fit into a byte; four codes of 6 do, on narrow vectors.
        boolean narrow = strategy == LowBitKernels.Strategy.LOOK_UP;
        assertTrue(strategy.supports(bits) || narrow && bits.activation() > 5, bits::toString);
        assertFalse(strategy.supports(bits) && narrow && bits.activation() > 6, bits::toString);
        if (strategy.supports(bits)) {
          assertEquals(4, kernel.pack(shape, bits, new byte[4], 0).taps());
        } else {
          assertThrows(
              IllegalArgumentException.class, () -> kernel.pack(shape, bits, new byte[4], 0));
        }
      }
    }
  }

  static Stream<Arguments> geometries() {
    return Stream.of(
            // n h w ic oc kh kw strides, padding (top left bottom right), dilation, groups
            new Conv2dShape(1, 9, 11, 3, 5, 7, 7, 2, 2, 3, 3, 3, 3, 1, 1, 1),
            new Conv2dShape(2, 8, 7, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Conv2dShape(1, 8, 8, 16, 33, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 1),
            new Conv2dShape(1, 9, 8, 7, 64, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1),
            new Conv2dShape(1, 9, 8, 6, 4, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 2),
            new Conv2dShape(1, 11, 10, 32, 32, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1),
            new Conv2dShape(1, 5, 5, 64, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 4),
            new Conv2dShape(1, 4, 4, 8, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 8),
            new Conv2dShape(2, 2, 1, 5, 7, 5, 4, 1, 1, 4, 3, 4, 3, 1, 1, 1),
            new Conv2dShape(1, 3, 5, 128, 130, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
            new Conv2dShape(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
            new Conv2dShape(1, 3, 210, 4, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            // Winograd's: odd sizes, any padding, strips across images and across a row.
            new Conv2dShape(3, 4, 4, 64, 70, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Conv2dShape(1, 4, 230, 16, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Conv2dShape(2, 8, 7, 96, 33, 3, 3, 1, 1, 0, 2, 2, 0, 1, 1, 1),
            new Conv2dShape(1, 24, 24, 32, 8, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1),
            new Conv2dShape(0, 4, 4, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Conv2dShape(3, 0, 4, 8, 8, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
            Conv2dShape.depthwise(2, 9, 8, 40, 3, 2, 1),
            // Depthwise of stride 1: rows that are moved to the front, strips, odd channels,
            // padding.
            Conv2dShape.depthwise(1, 40, 31, 70, 3, 1, 1),
            Conv2dShape.depthwise(2, 7, 7, 96, 3, 1, 1),
            Conv2dShape.depthwise(1, 6, 400, 35, 3, 1, 1),
            new Conv2dShape(1, 9, 20, 33, 33, 3, 3, 1, 1, 0, 2, 3, 0, 1, 1, 33),
            new Conv2dShape(1, 3, 3, 64, 64, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 64),
            Conv2dShape.depthwise(1, 20, 23, 3, 7, 1, 3),
            Conv2dShape.depthwise(1, 37, 21, 70, 3, 2, 1),
            Conv2dShape.depthwise(1, 4, 4, 64, 1, 1, 0),
            new Conv2dShape(1, 9, 9, 12, 12, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 12),
            LowBitConvolution.gemm(1, 577, 1),
            LowBitConvolution.gemm(193, 31, 67))
        .flatMap(
            shape ->
                Stream.of(
                        new CodeBits(2, 2),
                        new CodeBits(4, 4),
                        new CodeBits(3, 5),
                        new CodeBits(8, 8))
                    .map(bits -> Arguments.of(shape, bits)));
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void everyGeometryIsExact(Conv2dShape shape, CodeBits bits) {
    LowBitCase operands = new LowBitCase(shape, bits, LowBitCase.Fill.RANDOM, 5);
    for (LowBitConvolution kernel : kernels(ONE, bits)) {
      operands.checkSums(kernel, false);
      operands.checkRun(kernel, true, 6);
    }
    // Stages of all kinds, and any number of threads.
    for (int seed = 7; seed < 12; seed++) {
      operands.checkRun(LowBitKernels.convolution(THREE), seed % 2 == 0, seed);
    }
  }

  /** More sums than are kept at a time, so that images go in groups of unequal size. */
  @Test
  void depthwiseImagesInGroupsAreExact() {
    LowBitCase operands =
        new LowBitCase(
            Conv2dShape.depthwise(3, 90, 90, 48, 3, 1, 1),
            new CodeBits(8, 8),
            LowBitCase.Fill.RANDOM,
            5);
    for (int seed = 0; seed < 2; seed++) {
      operands.checkRun(LowBitKernels.convolution(THREE), seed == 1, seed);
    }
  }

  /**
   * At most 15.4 and 18.5 million: all whole numbers below 2^24 are floats, above it they are not.
   */
  @ParameterizedTest
  @ValueSource(ints = {21, 23})
  void depthwiseSumsBelowAndBeyondWhatFloatsHoldAreExact(int window) {
    Conv2dShape shape = Conv2dShape.depthwise(1, 12, 13, 20, window, 1, window / 2);
    for (LowBitCase.Fill fill : LowBitCase.Fill.values()) {
      LowBitCase operands = new LowBitCase(shape, new CodeBits(8, 8), fill, 5);
      for (int seed = 0; seed < 3; seed++) {
        operands.checkRun(LowBitKernels.convolution(THREE), false, seed);
      }
    }
  }

  /** The result may take the place of what is added to it. */
  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void aResidualMayBeOverwritten(int bits) {
    for (Conv2dShape shape :
        List.of(
            Conv2dShape.depthwise(2, 19, 15, 45, 3, 1, 1),
            Conv2dShape.depthwise(1, 9, 9, 7, 3, 2, 1),
            Conv2dShape.of(1, 9, 7, 16, 21, 3, 1, 1))) {
      LowBitCase operands =
          new LowBitCase(shape, new CodeBits(bits, bits), LowBitCase.Fill.RANDOM, 5);
      for (int seed = 0; seed < 8; seed++) {
        operands.checkInPlace(LowBitKernels.convolution(THREE), seed);
      }
    }
  }

  @net.jqwik.api.Tag("kernel")
  @Property(tries = 60)
  void randomGeometriesAreExact(
      @ForAll @IntRange(min = 1, max = 9) int h,
      @ForAll @IntRange(min = 1, max = 9) int w,
      @ForAll @IntRange(min = 1, max = 70) int ic,
      @ForAll @IntRange(min = 1, max = 70) int oc,
      @ForAll @IntRange(min = 1, max = 4) int kernel,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 2, max = 8) int activationBits,
      @ForAll @IntRange(min = 2, max = 8) int weightBits,
      @ForAll int seed) {
    Random random = new Random(seed);
    int pad = Math.max(random.nextInt(kernel), (kernel - Math.min(h, w) + 1) / 2);
    boolean depthwise = random.nextInt(4) == 0;
    Conv2dShape shape =
        depthwise
            ? Conv2dShape.depthwise(1 + random.nextInt(2), h, w, ic, kernel, stride, pad)
            : Conv2dShape.of(1 + random.nextInt(2), h, w, ic, oc, kernel, stride, pad);
    LowBitCase operands =
        new LowBitCase(
            shape, new CodeBits(activationBits, weightBits), LowBitCase.Fill.RANDOM, seed);
    for (LowBitConvolution implementation : kernels(THREE, operands.bits)) {
      operands.checkSums(implementation, random.nextBoolean());
      operands.checkRun(implementation, random.nextBoolean(), seed);
    }
  }
}
