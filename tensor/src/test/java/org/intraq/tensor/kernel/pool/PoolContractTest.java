package org.intraq.tensor.kernel.pool;

import static org.intraq.tensor.testing.KernelData.absolute;
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
import org.intraq.tensor.parallel.Workers;
import org.intraq.tensor.testing.OnnxModelBuilder;
import org.intraq.tensor.testing.OnnxRuntime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class PoolContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final MaxPool2d MAX = new MaxPool2dReference();
  private static final MaxPool2d MAX_SIMD = new MaxPool2dSimd(WORKERS);
  private static final AveragePool2d AVERAGE = new AveragePool2dReference();
  private static final AveragePool2d AVERAGE_SIMD = new AveragePool2dSimd(WORKERS);
  private static final int MARGIN = 3;

  /** A maximum and where it was. */
  private record Maxima(float[] y, int[] argmax) {}

  private static int outputs(Pool2dShape s) {
    return s.n() * s.outH() * s.outW() * s.c();
  }

  private static int inputs(Pool2dShape s) {
    return s.n() * s.h() * s.w() * s.c();
  }

  private static Maxima max(MaxPool2d kernel, Pool2dShape s, float[] x) {
    float[] y = inNaNs(nans(outputs(s)), MARGIN);
    int[] argmax = new int[outputs(s) + 2];
    argmax[0] = -1;
    argmax[argmax.length - 1] = -1;
    kernel.forward(s, inNaNs(x, MARGIN), MARGIN, y, MARGIN, argmax, 1);
    assertTrue(argmax[0] == -1 && argmax[argmax.length - 1] == -1);
    return new Maxima(
        unframed(y, MARGIN), java.util.Arrays.copyOfRange(argmax, 1, argmax.length - 1));
  }

  private static float[] maxBackward(MaxPool2d kernel, Pool2dShape s, float[] dy, int[] argmax) {
    float[] dx = inNaNs(nans(inputs(s)), MARGIN);
    kernel.backward(s, inNaNs(dy, MARGIN), MARGIN, argmax, 0, dx, MARGIN);
    return unframed(dx, MARGIN);
  }

  private static float[] average(AveragePool2d kernel, Pool2dShape s, boolean count, float[] x) {
    float[] y = inNaNs(nans(outputs(s)), MARGIN);
    kernel.forward(s, count, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static float[] averageBackward(
      AveragePool2d kernel, Pool2dShape s, boolean count, float[] dy) {
    float[] dx = inNaNs(nans(inputs(s)), MARGIN);
    kernel.backward(s, count, inNaNs(dy, MARGIN), MARGIN, dx, MARGIN);
    return unframed(dx, MARGIN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersWorkedByHand(boolean simd) {
    Pool2dShape s = new Pool2dShape(1, 2, 3, 1, 2, 2, 1, 2, 1, 0, 0, 1);
    float[] x = {3, 1, 2, 3, 5, -4};
    Maxima maxima = max(simd ? MAX_SIMD : MAX, s, x);
    assertArrayEquals(new float[] {3, 2, 5, 2}, maxima.y());
    assertArrayEquals(new int[] {0, 2, 4, 2}, maxima.argmax());
    assertArrayEquals(
        new float[] {1, 0, 10, 0, 4, 0},
        maxBackward(simd ? MAX_SIMD : MAX, s, new float[] {1, 2, 4, 8}, maxima.argmax()));
    AveragePool2d mean = simd ? AVERAGE_SIMD : AVERAGE;
    assertArrayEquals(new float[] {1, 0.5f, 3, -0.5f}, average(mean, s, true, x));
    assertArrayEquals(new float[] {2, 2, 3, -1}, average(mean, s, false, x));
    assertArrayEquals(
        new float[] {1.5f, 1.5f, 4, 1, 1, 2},
        averageBackward(mean, s, true, new float[] {2, 8, 4, 8}));
  }

  static List<Pool2dShape> shapes() {
    return List.of(
        Pool2dShape.of(0, 4, 4, 3, 2, 2, 0),
        Pool2dShape.of(1, 0, 4, 3, 2, 2, 0),
        Pool2dShape.of(1, 1, 1, 1, 1, 1, 0),
        Pool2dShape.of(2, 5, 7, 15, 3, 2, 1),
        Pool2dShape.of(2, 6, 8, 16, 3, 2, 1),
        Pool2dShape.of(1, 7, 9, 17, 2, 1, 0),
        Pool2dShape.of(1, 11, 13, 37, 3, 1, 1),
        Pool2dShape.of(1, 9, 9, 4, 2, 3, 1),
        new Pool2dShape(1, 9, 11, 20, 2, 3, 1, 2, 1, 0, 0, 2),
        new Pool2dShape(1, 5, 5, 33, 5, 5, 1, 1, 4, 4, 4, 4),
        Pool2dShape.of(1, 56, 56, 64, 3, 2, 1),
        Pool2dShape.of(2, 8, 8, 64, 8, 8, 0));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithTheReference(Pool2dShape s) {
    check(s);
  }

  private static void check(Pool2dShape s) {
    // Few different values, so that equal maxima are common.
    float[] x = wholes(inputs(s), 1);
    Maxima expected = max(MAX, s, x);
    Maxima actual = max(MAX_SIMD, s, x);
    assertArrayEquals(expected.y(), actual.y());
    assertArrayEquals(expected.argmax(), actual.argmax());
    int window = s.kh() * s.kw();
    float[] dy = signed(outputs(s), 2);
    assertWithin(
        "max backward " + s,
        maxBackward(MAX, s, dy, expected.argmax()),
        maxBackward(MAX_SIMD, s, dy, expected.argmax()),
        window,
        maxBackward(MAX, s, absolute(dy), expected.argmax()));
    float[] values = signed(inputs(s), 3);
    for (boolean count : new boolean[] {false, true}) {
      assertWithin(
          "average " + s,
          average(AVERAGE, s, count, values),
          average(AVERAGE_SIMD, s, count, values),
          window,
          average(AVERAGE, s, count, absolute(values)));
      assertWithin(
          "average backward " + s,
          averageBackward(AVERAGE, s, count, dy),
          averageBackward(AVERAGE_SIMD, s, count, dy),
          window,
          averageBackward(AVERAGE, s, count, absolute(dy)));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theFirstNaNWins(boolean simd) {
    Pool2dShape s = Pool2dShape.of(1, 3, 3, 18, 3, 1, 0);
    float[] x = signed(inputs(s), 4);
    for (int c = 0; c < 18; c++) {
      x[3 * 18 + c] = Float.NaN;
      x[7 * 18 + c] = Float.NaN;
      x[18 + c] = Float.POSITIVE_INFINITY;
    }
    Maxima maxima = max(simd ? MAX_SIMD : MAX, s, x);
    for (int c = 0; c < 18; c++) {
      assertTrue(Float.isNaN(maxima.y()[c]));
      assertEquals(3 * 18 + c, maxima.argmax()[c]);
    }
    java.util.Arrays.fill(x, Float.NEGATIVE_INFINITY);
    maxima = max(simd ? MAX_SIMD : MAX, s, x);
    assertEquals(Float.NEGATIVE_INFINITY, maxima.y()[5]);
    assertEquals(5, maxima.argmax()[5]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 49, 1023, 1024, 1025, 3000})
  void globalMeans(int plane) {
    globalMeans(plane, 37);
    globalMeans(plane, 64);
  }

  private static void globalMeans(int plane, int c) {
    int n = 3;
    float[] x = signed(n * plane * c, 5);
    float[] expected = new float[n * c];
    float[] scale = new float[n * c];
    AVERAGE.global(n, plane, c, x, 0, expected, 0);
    AVERAGE.global(n, plane, c, absolute(x), 0, scale, 0);
    float[] y = inNaNs(nans(n * c), MARGIN);
    AVERAGE_SIMD.global(n, plane, c, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    if (plane == 0) {
      assertArrayEquals(nans(n * c), expected);
      assertArrayEquals(nans(n * c), unframed(y, MARGIN));
    } else {
      int terms = Math.min(plane, AveragePool2d.MAX_CHUNK) / 2;
      assertWithin("global", expected, unframed(y, MARGIN), terms, scale);
    }
    float[] dx = new float[x.length];
    float[] framed = inNaNs(nans(x.length), MARGIN);
    AVERAGE.globalBackward(n, plane, c, scale, 0, dx, 0);
    AVERAGE_SIMD.globalBackward(n, plane, c, scale, 0, framed, MARGIN);
    assertWithin("global backward", dx, unframed(framed, MARGIN), 0, absolute(dx));
  }

  @Test
  void theSameBitsForAnyNumberOfThreads() {
    Pool2dShape s = Pool2dShape.of(3, 40, 40, 48, 3, 2, 1);
    float[] x = signed(inputs(s), 6);
    float[] dy = signed(outputs(s), 7);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      Maxima a = max(new MaxPool2dSimd(one), s, x);
      Maxima b = max(new MaxPool2dSimd(three), s, x);
      assertArrayEquals(a.y(), b.y());
      assertArrayEquals(a.argmax(), b.argmax());
      assertArrayEquals(
          maxBackward(new MaxPool2dSimd(one), s, dy, a.argmax()),
          maxBackward(new MaxPool2dSimd(three), s, dy, a.argmax()));
      assertArrayEquals(
          averageBackward(new AveragePool2dSimd(one), s, true, dy),
          averageBackward(new AveragePool2dSimd(three), s, true, dy));
    }
  }

  @Test
  void subsampleTakesEveryStridethSampleBetweenZeroChannels() {
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    float[] y = inNaNs(nans(2 * 3), MARGIN);
    Subsample.forward(0, 2, 3, 1, 2, 1, 3, x, 0, y, MARGIN);
    assertArrayEquals(new float[] {0, 1, 0, 0, 3, 0}, unframed(y, MARGIN));
    float[] dx = inNaNs(nans(6), MARGIN);
    Subsample.backward(0, 2, 3, 1, 2, 1, 3, new float[] {9, 1, 9, 9, 2, 9}, 0, dx, MARGIN);
    assertArrayEquals(new float[] {1, 0, 2, 0, 0, 0}, unframed(dx, MARGIN));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 19, 64})
  void theShortcutOfManyChannels(int c) {
    int n = 2;
    int h = 5;
    int w = 7;
    int before = 3;
    int c2 = c + 5;
    int oh = 3;
    int ow = 4;
    float[] x = signed(n * h * w * c, 1);
    float[] dy = signed(n * oh * ow * c2, 2);
    float[] expected = new float[dy.length];
    float[] expectedDx = new float[x.length];
    for (int i = 0; i < n * oh * ow * c; i++) {
      int pixel = i / c;
      int row = pixel / ow % oh;
      int from = ((pixel / ow / oh * h + 2 * row) * w + 2 * (pixel % ow)) * c + i % c;
      expected[pixel * c2 + before + i % c] = x[from];
      expectedDx[from] = dy[pixel * c2 + before + i % c];
    }
    float[] y = inNaNs(nans(dy.length), MARGIN);
    float[] dx = inNaNs(nans(x.length), MARGIN);
    for (int image = 0; image < n; image++) {
      Subsample.forward(image, h, w, c, 2, before, c2, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
      Subsample.backward(image, h, w, c, 2, before, c2, inNaNs(dy, MARGIN), MARGIN, dx, MARGIN);
    }
    assertArrayEquals(expected, unframed(y, MARGIN));
    assertArrayEquals(expectedDx, unframed(dx, MARGIN));
  }

  @Property(tries = 60)
  void agreesWithOnnxOnRandomShapes(
      @ForAll @IntRange(min = 1, max = 2) int n,
      @ForAll @IntRange(min = 1, max = 12) int h,
      @ForAll @IntRange(min = 1, max = 12) int w,
      @ForAll @IntRange(min = 1, max = 40) int c,
      @ForAll @IntRange(min = 1, max = 3) int kh,
      @ForAll @IntRange(min = 1, max = 3) int kw,
      @ForAll @IntRange(min = 1, max = 3) int strideH,
      @ForAll @IntRange(min = 1, max = 3) int strideW) {
    Pool2dShape s =
        new Pool2dShape(
            n, h + kh, w + kw, c, kh, kw, strideH, strideW, kh - 1, kw / 2, kh / 2, kw - 1);
    check(s);
    float[] x = signed(inputs(s), 8);
    assertArrayEquals(onnx("MaxPool", s, x), max(MAX_SIMD, s, x).y(), "max " + s);
    assertWithin(
        "onnx average " + s,
        onnx("AveragePool", s, x),
        average(AVERAGE_SIMD, s, true, x),
        2 * kh * kw,
        average(AVERAGE, s, true, absolute(x)));
  }

  private static float[] onnx(String operator, Pool2dShape s, float[] x) {
    OnnxModelBuilder model =
        new OnnxModelBuilder(operator, 13)
            .input("x", s.n(), s.c(), s.h(), s.w())
            .output("y")
            .ints("kernel_shape", s.kh(), s.kw())
            .ints("strides", s.strideH(), s.strideW())
            .ints("pads", s.padTop(), s.padLeft(), s.padBottom(), s.padRight());
    if (operator.equals("AveragePool")) {
      model.integer("count_include_pad", 1);
    }
    float[] planar = swap(x, s.n(), s.h() * s.w(), s.c());
    float[] y =
        OnnxRuntime.run(
            model.bytes(), new OnnxRuntime.Input("x", planar, s.n(), s.c(), s.h(), s.w()));
    return swap(y, s.n(), s.c(), s.outH() * s.outW());
  }

  /** [batch, rows, columns] to [batch, columns, rows]. */
  private static float[] swap(float[] values, int batch, int rows, int columns) {
    float[] result = new float[values.length];
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          result[(n * columns + j) * rows + i] = values[(n * rows + i) * columns + j];
        }
      }
    }
    return result;
  }
}
