package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dSimd;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Strided convolutions of many channels, which may take {@link GatheredTiles}: the same bits as
 * their parts of few channels, which never do.
 */
@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class StridedConvolutionTest {
  private static final Workers WORKERS = new Workers(2);
  private static final FusedConv2d KERNEL =
      new FusedConv2dSimd(WORKERS, new DepthwiseConv2dSimd(WORKERS));
  private static final int PART = 64;

  static List<Conv2dShape> shapes() {
    return List.of(
        // The networks' layers.
        Conv2dShape.of(1, 28, 28, 128, 256, 3, 2, 1),
        Conv2dShape.of(1, 14, 14, 256, 512, 3, 2, 1),
        Conv2dShape.of(2, 14, 14, 128, 256, 1, 2, 0),
        // Images of less than a tile, and of one pixel more.
        Conv2dShape.of(2, 3, 3, 128, 128, 3, 2, 1),
        Conv2dShape.of(9, 1, 14, 144, 128, 1, 2, 0),
        // Few images, weights that no cache holds, channels that are no whole panel.
        Conv2dShape.of(1, 9, 9, 176, 184, 3, 2, 1),
        Conv2dShape.of(3, 9, 7, 160, 144, 5, 2, 2),
        // Strides, padding and dilation that differ by axis; windows in the padding altogether.
        new Conv2dShape(2, 11, 10, 144, 136, 3, 3, 2, 3, 1, 0, 2, 1, 2, 1, 1),
        new Conv2dShape(2, 8, 9, 128, 144, 3, 2, 1, 2, 0, 1, 3, 2, 1, 3, 1),
        new Conv2dShape(1, 4, 4, 128, 128, 2, 2, 2, 2, 5, 4, 4, 5, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void layersOfNetworks(Conv2dShape s) {
    check(s);
  }

  @Provide
  Arbitrary<Conv2dShape> strided() {
    Arbitrary<Integer> extent = Arbitraries.integers().between(1, 9);
    Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 3);
    Arbitrary<Integer> few = Arbitraries.integers().between(0, 2);
    Arbitrary<Integer> channels = Arbitraries.of(128, 136, 144);
    return Combinators.combine(extent, extent, channels, channels, kernel, kernel, few, few)
        .as(
            (h, w, ic, oc, kh, kw, before, after) ->
                new Conv2dShape(
                    1 + before,
                    Math.max(h, kh),
                    Math.max(w, kw),
                    ic,
                    oc,
                    kh,
                    kw,
                    1 + after,
                    2 + before,
                    before,
                    after,
                    after,
                    before,
                    1,
                    1,
                    1));
  }

  @Property(tries = 40)
  void anyStride(@ForAll("strided") Conv2dShape s) {
    check(s);
  }

  private static void check(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 41);
    float[] w = signed(s.weightSize(), 42);
    float[] dy = signed(s.outputSize(), 43);
    float[] y = forward(s, x, w);
    float[] dx = backward(s, dy, w, false);
    float[] added = backward(s, dy, w, true);
    int pixels = s.n() * s.h() * s.w();
    int taps = s.kh() * s.kw();
    for (int c = 0; c < s.oc(); c += PART) {
      int count = Math.min(PART, s.oc() - c);
      float[] part = columns(w, taps * s.ic(), s.oc(), c, count);
      float[] expected = forward(with(s, s.ic(), count), x, part);
      assertArrayEquals(expected, columns(y, y.length / s.oc(), s.oc(), c, count), "y " + s);
    }
    for (int c = 0; c < s.ic(); c += PART) {
      int count = Math.min(PART, s.ic() - c);
      float[] part = columns(w, taps, s.ic() * s.oc(), c * s.oc(), count * s.oc());
      Conv2dShape few = with(s, count, s.oc());
      assertArrayEquals(
          backward(few, dy, part, false), columns(dx, pixels, s.ic(), c, count), "dx " + s);
      float[] sums = backward(few, dy, part, false);
      for (int i = 0; i < sums.length; i++) {
        sums[i] = 1 + sums[i];
      }
      assertArrayEquals(sums, columns(added, pixels, s.ic(), c, count), "1 + dx " + s);
    }
  }

  private static Conv2dShape with(Conv2dShape s, int ic, int oc) {
    return new Conv2dShape(
        s.n(),
        s.h(),
        s.w(),
        ic,
        oc,
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padTop(),
        s.padLeft(),
        s.padBottom(),
        s.padRight(),
        s.dilationH(),
        s.dilationW(),
        1);
  }

  private static float[] forward(Conv2dShape s, float[] x, float[] w) {
    float[] y = new float[s.outputSize()];
    KERNEL.forward(s, x, 0, w, 0, null, y, 0);
    return y;
  }

  /** dx, or 1 + dx. */
  private static float[] backward(Conv2dShape s, float[] dy, float[] w, boolean add) {
    float[] dx = new float[s.inputSize()];
    java.util.Arrays.fill(dx, add ? 1 : Float.NaN);
    KERNEL.backwardInput(s, dy, 0, w, 0, null, add, dx, 0);
    return dx;
  }

  /** Columns [from, from + count) of a matrix. */
  private static float[] columns(float[] a, int rows, int width, int from, int count) {
    float[] part = new float[rows * count];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(a, i * width + from, part, i * count, count);
    }
    return part;
  }
}
