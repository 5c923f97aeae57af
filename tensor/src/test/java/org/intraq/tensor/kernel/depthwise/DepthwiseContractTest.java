package org.intraq.tensor.kernel.depthwise;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertNotDegenerate;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.unframed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.OnnxConv;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class DepthwiseContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final DepthwiseConv2d REFERENCE = new DepthwiseConv2dReference();
  private static final DepthwiseConv2d SIMD = new DepthwiseConv2dSimd(WORKERS);
  private static final int MARGIN = 3;

  static List<DepthwiseConv2d> implementations() {
    return List.of(REFERENCE, SIMD);
  }

  private static float[] forward(DepthwiseConv2d kernel, Conv2dShape s, float[] x, float[] w) {
    float[] y = inNaNs(nans(s.outputSize()), MARGIN);
    kernel.forward(s, inNaNs(x, MARGIN), MARGIN, inNaNs(w, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static float[] backwardInput(
      DepthwiseConv2d kernel, Conv2dShape s, float[] dy, float[] w) {
    float[] dx = inNaNs(nans(s.inputSize()), MARGIN);
    kernel.backwardInput(s, inNaNs(dy, MARGIN), MARGIN, inNaNs(w, MARGIN), MARGIN, dx, MARGIN);
    return unframed(dx, MARGIN);
  }

  private static float[] backwardWeights(
      DepthwiseConv2d kernel, Conv2dShape s, float[] x, float[] dy, float beta, float[] old) {
    float[] dw = inNaNs(old, MARGIN);
    kernel.backwardWeights(
        s, inNaNs(x, MARGIN), MARGIN, inNaNs(dy, MARGIN), MARGIN, beta, dw, MARGIN);
    return unframed(dw, MARGIN);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(DepthwiseConv2d kernel) {
    // Two channels, 1x3 input, 1x2 kernel, one column of padding on the left.
    Conv2dShape s = new Conv2dShape(1, 1, 3, 2, 2, 1, 2, 1, 1, 0, 1, 0, 0, 1, 1, 2);
    float[] x = {1, 10, 2, 20, 3, 30};
    float[] w = {1, -1, 100, 2};
    assertArrayEquals(new float[] {100, 20, 201, 30, 302, 40}, forward(kernel, s, x, w));
    float[] dy = {1, 1, 0, 2, 5, 0};
    assertArrayEquals(new float[] {100, 0, 5, 4, 500, 0}, backwardInput(kernel, s, dy, w));
    assertArrayEquals(
        new float[] {5 * 2, 2 * 10, 1 + 5 * 3, 10 + 2 * 20},
        backwardWeights(kernel, s, x, dy, 0, nans(4)));
  }

  /** Sizes around the tiles (8 and 4 columns, one vector of channels), borders, networks. */
  static List<Conv2dShape> shapes() {
    int t = DepthwiseTile.LANES;
    return List.of(
        Conv2dShape.depthwise(0, 8, 8, 4, 3, 1, 1),
        Conv2dShape.depthwise(2, 0, 8, 4, 3, 1, 1),
        Conv2dShape.depthwise(1, 1, 1, 2, 1, 1, 0),
        Conv2dShape.depthwise(1, 5, 9, t - 1, 3, 1, 1),
        Conv2dShape.depthwise(1, 5, 10, t, 3, 1, 1),
        Conv2dShape.depthwise(1, 5, 11, t + 1, 3, 1, 1),
        Conv2dShape.depthwise(2, 4, 6, 2 * t + 3, 3, 1, 1),
        Conv2dShape.depthwise(1, 3, 5, 37, 3, 1, 1),
        Conv2dShape.depthwise(1, 3, 4, 19, 3, 1, 1),
        Conv2dShape.depthwise(1, 9, 17, 23, 3, 2, 1),
        Conv2dShape.depthwise(2, 8, 16, t + 5, 3, 2, 0),
        Conv2dShape.depthwise(1, 12, 13, 29, 5, 1, 2),
        Conv2dShape.depthwise(1, 12, 13, 29, 5, 2, 2),
        Conv2dShape.depthwise(1, 9, 31, 17, 7, 1, 3),
        // Asymmetric padding, unequal strides, dilation, windows that see nothing.
        new Conv2dShape(1, 9, 14, 18, 18, 3, 3, 2, 1, 0, 2, 1, 0, 1, 1, 18),
        new Conv2dShape(1, 10, 19, 18, 18, 3, 3, 1, 2, 2, 0, 0, 1, 1, 1, 18),
        new Conv2dShape(2, 11, 15, 20, 20, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 20),
        new Conv2dShape(1, 11, 15, 17, 17, 3, 3, 2, 1, 3, 2, 2, 3, 3, 1, 17),
        new Conv2dShape(1, 12, 13, 16, 16, 2, 4, 3, 3, 1, 4, 2, 1, 2, 3, 16),
        new Conv2dShape(1, 4, 4, 20, 20, 2, 2, 1, 1, 5, 5, 5, 5, 1, 1, 20),
        new Conv2dShape(1, 7, 9, 20, 20, 1, 1, 1, 1, 1, 2, 3, 1, 1, 1, 20),
        // Rows done together, some left over; windows over one side only; very narrow maps.
        Conv2dShape.depthwise(2, 16, 9, t + 3, 3, 1, 1),
        Conv2dShape.depthwise(1, 16, 12, t, 3, 1, 0),
        Conv2dShape.depthwise(1, 8, 1, t, 3, 1, 1),
        Conv2dShape.depthwise(1, 9, 2, t, 3, 1, 1),
        new Conv2dShape(1, 16, 9, 2 * t, 2 * t, 3, 3, 1, 1, 0, 1, 1, 0, 1, 1, 2 * t),
        new Conv2dShape(1, 15, 8, t, t, 3, 3, 1, 1, 1, 0, 0, 1, 1, 1, t),
        Conv2dShape.depthwise(2, 18, 9, t + 3, 3, 2, 1),
        Conv2dShape.depthwise(2, 16, 10, t + 1, 3, 2, 1),
        Conv2dShape.depthwise(1, 17, 13, t, 3, 2, 0),
        Conv2dShape.depthwise(1, 16, 1, t, 3, 2, 1),
        Conv2dShape.depthwise(1, 15, 2, t, 3, 2, 1),
        new Conv2dShape(1, 16, 16, t, t, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, t),
        new Conv2dShape(1, 17, 15, t, t, 3, 3, 2, 2, 1, 0, 0, 1, 1, 1, t),
        // MobileNetV1 0.75 and MobileNetV2, fewer images.
        Conv2dShape.depthwise(1, 112, 112, 24, 3, 1, 1),
        Conv2dShape.depthwise(1, 56, 56, 48, 3, 2, 1),
        Conv2dShape.depthwise(1, 28, 28, 144, 3, 1, 1),
        Conv2dShape.depthwise(2, 14, 14, 192, 3, 2, 1),
        Conv2dShape.depthwise(3, 7, 7, 240, 3, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void signedInputsStayWithinTheBound(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 1);
    float[] w = signed(s.weightSize(), 2);
    if (x.length > 8) {
      assertNotDegenerate(x);
    }
    checkAgainstReference(s, x, w, signed(s.outputSize(), 3));
  }

  private static void checkAgainstReference(Conv2dShape s, float[] x, float[] w, float[] dy) {
    int taps = s.kh() * s.kw();
    assertWithin(
        "forward " + s,
        forward(REFERENCE, s, x, w),
        forward(SIMD, s, x, w),
        taps,
        forward(REFERENCE, s, absolute(x), absolute(w)));
    assertWithin(
        "backwardInput " + s,
        backwardInput(REFERENCE, s, dy, w),
        backwardInput(SIMD, s, dy, w),
        taps,
        backwardInput(REFERENCE, s, absolute(dy), absolute(w)));
    float[] old = signed(s.weightSize(), 4);
    int terms = Math.min(DepthwiseConv2d.MAX_CHUNK, s.n() * s.outH() * s.outW());
    assertWithin(
        "backwardWeights " + s,
        backwardWeights(REFERENCE, s, x, dy, -0.5f, old),
        backwardWeights(SIMD, s, x, dy, -0.5f, old),
        terms + 16,
        backwardWeights(REFERENCE, s, absolute(x), absolute(dy), 0.5f, absolute(old)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void wholeNumbersAreExactAndBetaZeroDoesNotRead(Conv2dShape s) {
    float[] x = wholes(s.inputSize(), 5);
    float[] w = wholes(s.weightSize(), 6);
    float[] dy = wholes(s.outputSize(), 7);
    assertArrayEquals(forward(REFERENCE, s, x, w), forward(SIMD, s, x, w));
    assertArrayEquals(backwardInput(REFERENCE, s, dy, w), backwardInput(SIMD, s, dy, w));
    assertArrayEquals(
        backwardWeights(REFERENCE, s, x, dy, 0, nans(s.weightSize())),
        backwardWeights(SIMD, s, x, dy, 0, nans(s.weightSize())));
    assertArrayEquals(
        backwardWeights(REFERENCE, s, x, dy, 2, w), backwardWeights(SIMD, s, x, dy, 2, w));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theSameBitsForAnyNumberOfThreads(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 8);
    float[] w = signed(s.weightSize(), 9);
    float[] dy = signed(s.outputSize(), 10);
    float[] none = nans(s.weightSize());
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      DepthwiseConv2d a = new DepthwiseConv2dSimd(one);
      DepthwiseConv2d b = new DepthwiseConv2dSimd(three);
      assertArrayEquals(forward(a, s, x, w), forward(b, s, x, w));
      assertArrayEquals(backwardInput(a, s, dy, w), backwardInput(b, s, dy, w));
      assertArrayEquals(
          backwardWeights(a, s, x, dy, 0, none), backwardWeights(b, s, x, dy, 0, none));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theBackwardsAreAdjointsOfTheForward(Conv2dShape s) {
    float[] x = wholes(s.inputSize(), 11);
    float[] w = wholes(s.weightSize(), 12);
    float[] dy = wholes(s.outputSize(), 13);
    for (DepthwiseConv2d kernel : implementations()) {
      // Sums of products of small whole numbers: exact, so the three must agree to the bit.
      double forward = dot(forward(kernel, s, x, w), dy);
      assertEquals(forward, dot(backwardInput(kernel, s, dy, w), x), "dx " + s);
      assertEquals(
          forward, dot(backwardWeights(kernel, s, x, dy, 0, nans(w.length)), w), "dw " + s);
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
  void paddingDoesNotTurnAnInfiniteWeightIntoNaN(DepthwiseConv2d kernel) {
    Conv2dShape s = Conv2dShape.depthwise(1, 2, 2, 2, 3, 1, 1);
    float[] w = new float[18];
    java.util.Arrays.fill(w, Float.POSITIVE_INFINITY);
    float[] inf = new float[8];
    java.util.Arrays.fill(inf, Float.POSITIVE_INFINITY);
    assertArrayEquals(inf, forward(kernel, s, new float[] {1, 1, 1, 1, 1, 1, 1, 1}, w));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void paddingDoesNotTurnInfinitiesIntoNaN(Conv2dShape s) {
    // Every product is infinity or left out: no sum may be NaN, and one of no products is 0.
    float[] x = filled(s.inputSize(), Float.POSITIVE_INFINITY);
    float[] w = filled(s.weightSize(), Float.POSITIVE_INFINITY);
    float[] dy = filled(s.outputSize(), 1);
    float[] none = nans(s.weightSize());
    assertArrayEquals(
        forward(REFERENCE, s, filled(x.length, 1), w), forward(SIMD, s, filled(x.length, 1), w));
    assertArrayEquals(backwardInput(REFERENCE, s, dy, w), backwardInput(SIMD, s, dy, w));
    assertArrayEquals(
        backwardWeights(REFERENCE, s, x, dy, 0, none), backwardWeights(SIMD, s, x, dy, 0, none));
  }

  private static float[] filled(int n, float value) {
    float[] a = new float[n];
    java.util.Arrays.fill(a, value);
    return a;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aNaNReachesEveryWindowThatCoversIt(DepthwiseConv2d kernel) {
    Conv2dShape s = Conv2dShape.depthwise(1, 5, 5, 16, 3, 1, 1);
    float[] x = signed(s.inputSize(), 14);
    x[(2 * 5 + 1) * 16 + 3] = Float.NaN;
    float[] y = forward(kernel, s, x, signed(s.weightSize(), 15));
    for (int i = 0; i < y.length; i++) {
      int row = i / 80;
      int column = i / 16 % 5;
      boolean covered = i % 16 == 3 && row >= 1 && row <= 3 && column <= 2;
      assertEquals(covered, Float.isNaN(y[i]), "at " + i);
    }
  }

  /**
   * More elements than rows are read ahead from, an odd number of channels, rows that are walked
   * along seven, or four and three at a time, and rows that are left.
   */
  @ParameterizedTest
  @CsvSource({"3, 43, 61, 275, 1", "3, 109, 79, 131, 2", "3, 111, 79, 131, 2"})
  void largeTensorsThatAreReadAheadAgree(int n, int h, int w, int c, int stride) {
    Conv2dShape s = Conv2dShape.depthwise(n, h, w, c, 3, stride, 1);
    assertTrue(ReadAhead.pays(DepthwiseGeometry.of(s)));
    checkAgainstReference(
        s, signed(s.inputSize(), 22), signed(s.weightSize(), 23), signed(s.outputSize(), 24));
  }

  @Property(tries = 80)
  void agreesOnRandomShapes(
      @ForAll @IntRange(min = 0, max = 2) int n,
      @ForAll @IntRange(min = 1, max = 14) int h,
      @ForAll @IntRange(min = 1, max = 24) int w,
      @ForAll @IntRange(min = 2, max = 40) int c,
      @ForAll @IntRange(min = 1, max = 4) int kh,
      @ForAll @IntRange(min = 1, max = 4) int kw,
      @ForAll @IntRange(min = 1, max = 3) int strideH,
      @ForAll @IntRange(min = 1, max = 3) int strideW,
      @ForAll @IntRange(min = 0, max = 3) int before,
      @ForAll @IntRange(min = 0, max = 3) int after,
      @ForAll @IntRange(min = 1, max = 2) int dilation) {
    int needH = Math.max(after, dilation * (kh - 1) + 1 - h - before);
    int needW = Math.max(after, dilation * (kw - 1) + 1 - w - before);
    Conv2dShape s =
        new Conv2dShape(
            n,
            h,
            w,
            c,
            c,
            kh,
            kw,
            strideH,
            strideW,
            before,
            before,
            Math.max(0, needH),
            Math.max(0, needW),
            dilation,
            dilation,
            c);
    float[] x = signed(s.inputSize(), 16);
    float[] weights = signed(s.weightSize(), 17);
    checkAgainstReference(s, x, weights, signed(s.outputSize(), 18));
    if (n > 0 && s.outputSize() > 0) {
      assertWithin(
          "onnx " + s,
          OnnxConv.forward(s, x, weights),
          forward(SIMD, s, x, weights),
          2 * kh * kw,
          forward(REFERENCE, s, absolute(x), absolute(weights)));
    }
  }

  @Property(tries = 120)
  void threeByThreeAgreesOnRandomShapes(
      @ForAll @IntRange(min = 1, max = 2) int n,
      @ForAll @IntRange(min = 3, max = 32) int h,
      @ForAll @IntRange(min = 3, max = 18) int w,
      @ForAll @IntRange(min = 16, max = 40) int c,
      @ForAll @IntRange(min = 1, max = 2) int stride,
      @ForAll @IntRange(min = 0, max = 15) int sides) {
    int top = sides & 1;
    int left = sides >> 1 & 1;
    int bottom = sides >> 2 & 1;
    int right = sides >> 3;
    Conv2dShape s =
        new Conv2dShape(n, h, w, c, c, 3, 3, stride, stride, top, left, bottom, right, 1, 1, c);
    checkAgainstReference(
        s, signed(s.inputSize(), 19), signed(s.weightSize(), 20), signed(s.outputSize(), 21));
  }
}
