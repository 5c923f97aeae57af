package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class Conv2dContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final Conv2d REFERENCE = new Conv2dReference();
  private static final int MARGIN = 5;

  /**
   * Roundings of Winograd's transforms, on top of one for each input channel: 2 of the input along
   * each axis, 1 of the weights, 4 of the output along each axis.
   */
  static final int WINOGRAD_STEPS = 13;

  static List<Conv2d> implementations() {
    return List.of(REFERENCE, new Conv2dSimd(WORKERS));
  }

  static float[] forward(Conv2d conv, Conv2dShape s, float[] x, float[] w) {
    float[] y = inNaNs(nans(s.outputSize()), MARGIN);
    conv.forward(s, inNaNs(x, MARGIN), MARGIN, inNaNs(w, MARGIN), MARGIN, y, MARGIN);
    return unframed(y);
  }

  static float[] backwardInput(Conv2d conv, Conv2dShape s, float[] dy, float[] w) {
    float[] dx = inNaNs(nans(s.inputSize()), MARGIN);
    conv.backwardInput(s, inNaNs(dy, MARGIN), MARGIN, inNaNs(w, MARGIN), MARGIN, dx, MARGIN);
    return unframed(dx);
  }

  static float[] backwardWeights(Conv2d conv, Conv2dShape s, float[] x, float[] dy) {
    return backwardWeights(conv, s, x, dy, 0, nans(s.weightSize()));
  }

  static float[] backwardWeights(
      Conv2d conv, Conv2dShape s, float[] x, float[] dy, float beta, float[] old) {
    float[] dw = inNaNs(old, MARGIN);
    conv.backwardWeights(
        s, inNaNs(x, MARGIN), MARGIN, inNaNs(dy, MARGIN), MARGIN, beta, dw, MARGIN);
    return unframed(dw);
  }

  /** The values between the borders, which must still be NaN. */
  private static float[] unframed(float[] framed) {
    for (int i = 0; i < MARGIN; i++) {
      assertTrue(Float.isNaN(framed[i]) && Float.isNaN(framed[framed.length - 1 - i]));
    }
    return java.util.Arrays.copyOfRange(framed, MARGIN, framed.length - MARGIN);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(Conv2d conv) {
    // One channel, 3x3 input, 2x2 kernel, stride 1, one row of padding on top.
    Conv2dShape s = new Conv2dShape(1, 3, 3, 1, 1, 2, 2, 1, 1, 1, 0, 0, 0, 1, 1, 1);
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    float[] w = {1, 10, 100, 1000};
    // Row 0 sees only the lower half of the window: 100 * 1 + 1000 * 2, ...
    assertArrayEquals(new float[] {2100, 3200, 5421, 6532, 8754, 9865}, forward(conv, s, x, w));
    float[] dy = {1, 0, 0, 0, 0, 1};
    // dy[0, 0] reaches x[0, 0] and x[0, 1]; dy[2, 1] reaches x[1, 1], x[1, 2], x[2, 1], x[2, 2].
    assertArrayEquals(
        new float[] {100, 1000, 0, 0, 1, 10, 0, 100, 1000}, backwardInput(conv, s, dy, w));
    assertArrayEquals(new float[] {5, 6, 1 + 8, 2 + 9}, backwardWeights(conv, s, x, dy));
  }

  static List<Conv2dShape> shapes() {
    int t = GemmTile.SMALL_ROWS;
    int r = GemmTile.ROWS;
    int q = GemmTile.COLUMNS;
    return List.of(
        // Empty dimensions.
        Conv2dShape.of(0, 8, 8, 3, 4, 3, 1, 1),
        Conv2dShape.of(2, 0, 8, 3, 4, 3, 1, 1),
        // Widths and channels around the tile.
        Conv2dShape.of(1, 3, t - 1, 2, q - 1, 3, 1, 1),
        Conv2dShape.of(1, 3, t, 3, q, 3, 1, 1),
        Conv2dShape.of(1, 3, t + 1, 4, q + 1, 3, 1, 1),
        Conv2dShape.of(2, 2, r - 1, 5, 2 * q, 3, 1, 1),
        Conv2dShape.of(2, 2, r, 1, 1, 1, 1, 0),
        Conv2dShape.of(1, 5, r + 1, 7, q, 5, 1, 2),
        Conv2dShape.of(1, 1, 1, 1, 1, 1, 1, 0),
        Conv2dShape.of(3, 7, 11, 13, 19, 3, 1, 1),
        // Strides, asymmetric padding, dilation, groups.
        Conv2dShape.of(2, 9, 9, 3, 8, 3, 2, 1),
        Conv2dShape.of(2, 8, 8, 16, 32, 1, 2, 0),
        new Conv2dShape(1, 10, 9, 4, 6, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 1),
        new Conv2dShape(1, 9, 14, 6, 4, 3, 2, 3, 1, 2, 0, 1, 3, 2, 1, 2),
        new Conv2dShape(1, 12, 13, 4, 8, 3, 3, 2, 3, 3, 2, 1, 4, 2, 3, 4),
        new Conv2dShape(1, 12, 12, 6, 6, 2, 4, 4, 4, 0, 1, 0, 1, 2, 2, 3),
        // Padding beyond the window: outputs that see nothing.
        new Conv2dShape(1, 4, 4, 2, 3, 2, 2, 1, 1, 3, 3, 3, 3, 1, 1, 1),
        // The networks' layers, with fewer images.
        Conv2dShape.of(2, 32, 32, 3, 16, 3, 1, 1),
        Conv2dShape.of(2, 32, 32, 16, 16, 3, 1, 1),
        Conv2dShape.of(1, 32, 32, 16, 32, 3, 2, 1),
        Conv2dShape.of(2, 16, 16, 32, 32, 3, 1, 1),
        Conv2dShape.of(3, 8, 8, 64, 64, 3, 1, 1),
        Conv2dShape.of(1, 40, 40, 3, 64, 7, 2, 3),
        Conv2dShape.of(1, 7, 7, 96, 80, 3, 1, 1),
        Conv2dShape.of(1, 14, 14, 24, 144, 1, 1, 0),
        // Two to four vectors of channels, of which a last tile begins earlier.
        Conv2dShape.of(1, 7, 7, 32, q, 1, 1, 0),
        Conv2dShape.of(1, 7, 7, 16, 3 * q / 2, 1, 1, 0),
        Conv2dShape.of(1, 7, 7, 12, 2 * q, 1, 1, 0),
        // Winograd with tiles cut off on all sides, after one, two and three rows and columns.
        Conv2dShape.of(1, 4, 4, 16, 16, 3, 1, 1),
        Conv2dShape.of(2, 5, 7, 16, 32, 3, 1, 1),
        Conv2dShape.of(1, 6, 5, 48, 16, 3, 1, 1),
        Conv2dShape.of(3, 7, 6, 16, 16, 3, 1, 1),
        new Conv2dShape(1, 11, 13, 16, 16, 3, 3, 1, 1, 2, 0, 2, 0, 1, 1, 1),
        new Conv2dShape(3, 9, 6, 32, 16, 3, 3, 1, 1, 0, 2, 1, 0, 1, 1, 1),
        Conv2dShape.of(1, 58, 30, 16, 48, 3, 1, 1),
        // Weights beyond the cache, for which a task takes tiles of several images.
        Conv2dShape.of(5, 10, 7, 112, 128, 3, 1, 1),
        // One image, shared out by output channels: Winograd, strided, 1x1.
        Conv2dShape.of(1, 8, 8, 64, 64, 3, 1, 1),
        Conv2dShape.of(1, 7, 9, 112, 80, 3, 1, 1),
        Conv2dShape.of(1, 9, 9, 176, 184, 3, 2, 1),
        Conv2dShape.of(1, 7, 7, 160, 296, 1, 1, 0),
        Conv2dShape.of(1, 14, 14, 256, 264, 1, 1, 0),
        // Weights' gradients tap by tap: strides, padding and dilation that differ by axis.
        Conv2dShape.of(3, 9, 8, 48, 160, 1, 2, 0),
        new Conv2dShape(2, 11, 10, 144, 72, 3, 3, 2, 3, 1, 0, 2, 1, 2, 1, 1),
        new Conv2dShape(1, 4, 4, 128, 128, 2, 2, 2, 2, 5, 4, 4, 5, 1, 1, 1),
        // Weights' gradients by Winograd: several blocks in a chunk, unequal parts, one chunk.
        Conv2dShape.of(9, 30, 33, 16, 32, 3, 1, 0),
        Conv2dShape.of(4, 15, 14, 80, 144, 3, 1, 1),
        Conv2dShape.of(3, 11, 9, 208, 256, 3, 1, 1),
        // Weights' gradients of 1x1: chunks, parts of rows and columns, one product of all.
        Conv2dShape.of(3, 28, 27, 33, 200, 1, 1, 0),
        Conv2dShape.of(1, 9, 11, 205, 531, 1, 1, 0),
        Conv2dShape.of(1, 5, 7, 205, 701, 1, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void signedInputsStayWithinTheBound(Conv2dShape s) {
    checkAgainstReference(new Conv2dSimd(WORKERS), s);
  }

  /** Sum of |x||w|, or what stands for it in Winograd's algorithm. */
  private static float[] forwardScale(Conv2dShape s, float[] x, float[] w) {
    return Conv2dSimd.forwardByWinograd(s)
        ? WinogradScale.forward(s, x, w)
        : forward(REFERENCE, s, absolute(x), absolute(w));
  }

  /** Roundings on the way to an output. */
  private static int forwardTerms(Conv2dShape s) {
    return Conv2dSimd.forwardByWinograd(s)
        ? s.ic() + WINOGRAD_STEPS
        : s.kh() * s.kw() * s.icPerGroup();
  }

  static int backwardInputTerms(Conv2dShape s) {
    return Conv2dSimd.backwardInputByWinograd(s)
        ? s.oc() + WINOGRAD_STEPS
        : s.kh() * s.kw() * s.ocPerGroup();
  }

  static float[] backwardInputScale(Conv2dShape s, float[] dy, float[] w) {
    return Conv2dSimd.backwardInputByWinograd(s)
        ? WinogradScale.backwardInput(s, dy, w)
        : backwardInput(REFERENCE, s, absolute(dy), absolute(w));
  }

  private static float[] backwardWeightsScale(Conv2dShape s, float[] x, float[] dy) {
    return Conv2dSimd.backwardWeightsByWinograd(s)
        ? WinogradScale.backwardWeights(s, x, dy)
        : backwardWeights(REFERENCE, s, absolute(x), absolute(dy));
  }

  /** All three kernels against the reference, within the bound of the contract. */
  static void checkAgainstReference(Conv2d conv, Conv2dShape s) {
    float[] x = signed(s.inputSize(), 1);
    float[] w = signed(s.weightSize(), 2);
    float[] dy = signed(s.outputSize(), 3);
    assertWithin(
        "forward " + s,
        forward(REFERENCE, s, x, w),
        forward(conv, s, x, w),
        forwardTerms(s),
        forwardScale(s, x, w));
    assertWithin(
        "backwardInput " + s,
        backwardInput(REFERENCE, s, dy, w),
        backwardInput(conv, s, dy, w),
        backwardInputTerms(s),
        backwardInputScale(s, dy, w));
    float[] old = signed(s.weightSize(), 4);
    float[] scale = backwardWeightsScale(s, x, dy);
    int terms = s.n() * s.outH() * s.outW() + WINOGRAD_STEPS;
    assertWithin(
        "backwardWeights " + s,
        backwardWeights(REFERENCE, s, x, dy),
        backwardWeights(conv, s, x, dy),
        terms,
        scale);
    for (int i = 0; i < scale.length; i++) {
      scale[i] += 0.5f * Math.abs(old[i]);
    }
    assertWithin(
        "backwardWeights, beta 0.5, " + s,
        backwardWeights(REFERENCE, s, x, dy, 0.5f, old),
        backwardWeights(conv, s, x, dy, 0.5f, old),
        terms,
        scale);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void withoutWinogradTheSumsStayWithinTheirOwnBound(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 20);
    float[] w = signed(s.weightSize(), 21);
    assertWithin(
        "direct " + s,
        forward(REFERENCE, s, x, w),
        forward(new Conv2dSimd(WORKERS, false), s, x, w),
        s.kh() * s.kw() * s.icPerGroup(),
        forward(REFERENCE, s, absolute(x), absolute(w)));
  }

  static List<Conv2dShape> winogradShapes() {
    List<Conv2dShape> suited = shapes().stream().filter(Conv2dSimd::forwardByWinograd).toList();
    assertTrue(suited.size() >= 5, "the list of shapes must exercise Winograd");
    long weights = suited.stream().filter(Conv2dSimd::backwardWeightsByWinograd).count();
    assertTrue(weights >= 5, "and for the weights' gradient");
    return suited;
  }

  @ParameterizedTest
  @MethodSource("winogradShapes")
  void winogradStaysBelowOneInTenThousand(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 22);
    float[] w = signed(s.weightSize(), 23);
    float[] dy = signed(s.outputSize(), 24);
    Conv2d conv = new Conv2dSimd(WORKERS);
    double forward = distance(forward(REFERENCE, s, x, w), forward(conv, s, x, w));
    assertTrue(forward < 1e-4, "relative error " + forward);
    double weights =
        distance(backwardWeights(REFERENCE, s, x, dy), backwardWeights(conv, s, x, dy));
    assertTrue(weights < 1e-4, "relative error of the weights' gradient " + weights);
  }

  /** Root of the mean square error, relative. */
  private static double distance(float[] expected, float[] actual) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / norm);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void weightGradientsOfWholeNumbersAreExactAndBetaZeroDoesNotRead(Conv2dShape s) {
    float[] x = wholes(s.inputSize(), 5);
    float[] dy = wholes(s.outputSize(), 6);
    assertArrayEquals(
        backwardWeights(REFERENCE, s, x, dy),
        backwardWeights(new Conv2dSimd(WORKERS, false), s, x, dy));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theSameBitsForAnyNumberOfThreads(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 7);
    float[] w = signed(s.weightSize(), 8);
    float[] dy = signed(s.outputSize(), 9);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      Conv2d alone = new Conv2dSimd(one);
      Conv2d shared = new Conv2dSimd(three);
      assertArrayEquals(forward(alone, s, x, w), forward(shared, s, x, w));
      assertArrayEquals(backwardInput(alone, s, dy, w), backwardInput(shared, s, dy, w));
      assertArrayEquals(backwardWeights(alone, s, x, dy), backwardWeights(shared, s, x, dy));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theBackwardsAreAdjointsOfTheForward(Conv2dShape s) {
    for (Conv2d conv : implementations()) {
      float[] x = wholes(s.inputSize(), 10);
      float[] w = wholes(s.weightSize(), 11);
      float[] dy = wholes(s.outputSize(), 12);
      double forward = dot(forward(conv, s, x, w), dy);
      double scale = dot(forward(conv, s, absolute(x), absolute(w)), absolute(dy));
      double bound = (s.n() * s.outH() * s.outW() + 3000) * Math.ulp(1f) * scale;
      assertEquals(forward, dot(backwardInput(conv, s, dy, w), x), bound, "dx " + s);
      assertEquals(forward, dot(backwardWeights(conv, s, x, dy), w), bound, "dw " + s);
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aNanReachesExactlyTheWindowsThatSeeIt(Conv2d conv) {
    Conv2dShape s = Conv2dShape.of(1, 32, 32, 32, 32, 3, 1, 1);
    float[] x = wholes(s.inputSize(), 13);
    x[(10 * 32 + 20) * 32 + 3] = Float.NaN;
    float[] y = forward(conv, s, x, wholes(s.weightSize(), 14));
    for (int p = 9; p <= 11; p++) {
      for (int q = 19; q <= 21; q++) {
        assertTrue(Float.isNaN(y[(p * 32 + q) * 32 + 7]), p + ", " + q);
      }
    }
    assertEquals(false, Float.isNaN(y[(20 * 32 + 5) * 32 + 7]));
  }

  @Provide
  Arbitrary<Conv2dShape> anyShape() {
    Arbitrary<int[]> sizes = ints(0, 18, 2).flatMap(hw -> ints(1, 20, 2).map(c -> join(hw, c)));
    Arbitrary<int[]> kernels = ints(1, 5, 2).flatMap(k -> ints(1, 3, 4).map(sd -> join(k, sd)));
    return Combinators.combine(
            sizes,
            kernels,
            ints(0, 3, 4),
            Arbitraries.of(1, 1, 2, 3),
            Arbitraries.integers().between(1, 3))
        .as(
            (a, b, pad, groups, n) -> {
              // The padded input must hold at least one window.
              int h = Math.max(a[0], b[4] * (b[0] - 1) + 1);
              int w = Math.max(a[1], b[5] * (b[1] - 1) + 1);
              return new Conv2dShape(
                  n,
                  h,
                  w,
                  groups * a[2],
                  groups * a[3],
                  b[0],
                  b[1],
                  b[2],
                  b[3],
                  pad[0],
                  pad[1],
                  pad[2],
                  pad[3],
                  b[4],
                  b[5],
                  groups);
            });
  }

  private static Arbitrary<int[]> ints(int min, int max, int count) {
    return Arbitraries.integers().between(min, max).array(int[].class).ofSize(count);
  }

  private static int[] join(int[] a, int[] b) {
    int[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Property(tries = 150)
  void anyShapeAgreesWithTheReference(@ForAll("anyShape") Conv2dShape s) {
    checkAgainstReference(new Conv2dSimd(WORKERS), s);
  }

  @Property(tries = 100)
  void anyShapeAgreesWithOnnxRuntime(@ForAll("anyShape") Conv2dShape s) {
    float[] x = signed(s.inputSize(), 15);
    float[] w = signed(s.weightSize(), 16);
    float[] expected = OnnxConv.forward(s, x, w);
    for (Conv2d conv : implementations()) {
      assertWithin(
          "onnx " + s,
          expected,
          forward(conv, s, x, w),
          s.kh() * s.kw() * s.icPerGroup() + forwardTerms(s),
          forwardScale(s, x, w));
    }
  }
}
