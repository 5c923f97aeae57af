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
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Windows over images of three channels: whatever the layout of the copied rows and the tile, a sum
 * runs over taps and then channels with fused multiply-adds, so that its bits are known. The
 * adjoints stay within the bounds of the contract.
 */
@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class ImageConvolutionTest {
  private static final Workers WORKERS = new Workers(2);

  /** The first layers of networks, smaller, and widths and channels around the tiles. */
  static List<Conv2dShape> shapes() {
    int t = GemmTile.SMALL_ROWS;
    int r = GemmTile.ROWS;
    int q = GemmTile.COLUMNS;
    return List.of(
        Conv2dShape.of(2, 32, 32, 3, 16, 3, 1, 1),
        Conv2dShape.of(2, 28, 29, 3, 24, 3, 2, 1),
        Conv2dShape.of(1, 33, 30, 3, 32, 3, 2, 1),
        Conv2dShape.of(1, 40, 40, 3, 64, 7, 2, 3),
        Conv2dShape.of(1, 21, 23, 3, 24, 11, 4, 2),
        Conv2dShape.of(1, 3, t - 1, 3, q, 3, 1, 1),
        Conv2dShape.of(1, 3, 2 * t, 3, q / 2, 3, 2, 1),
        Conv2dShape.of(1, 3, r + 1, 3, q + q / 2, 3, 1, 1),
        Conv2dShape.of(1, 4, r + t + 1, 3, q - 1, 3, 1, 1),
        // Padding wider than the image; dilated rows, dilated columns; a window of one column.
        new Conv2dShape(1, 2, 2, 3, 8, 3, 3, 1, 1, 4, 5, 4, 5, 1, 1, 1),
        new Conv2dShape(2, 12, 11, 3, 16, 3, 3, 2, 2, 1, 0, 0, 2, 2, 1, 1),
        new Conv2dShape(2, 12, 11, 3, 16, 3, 3, 2, 2, 1, 0, 0, 2, 1, 2, 1),
        new Conv2dShape(2, 12, 11, 3, 16, 3, 1, 1, 2, 1, 0, 1, 0, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void layersOfNetworks(Conv2dShape s) {
    check(s);
  }

  @Provide
  Arbitrary<Conv2dShape> images() {
    Arbitrary<Integer> extent = Arbitraries.integers().between(1, 30);
    Arbitrary<Integer> pad = Arbitraries.integers().between(0, 4);
    return Combinators.combine(
            extent,
            extent,
            Arbitraries.of(1, 7, 8, 16, 20, 24, 32, 40),
            Arbitraries.integers().between(1, 7),
            Arbitraries.integers().between(1, 7),
            Arbitraries.of(1, 1, 2, 2, 3),
            pad,
            pad)
        .as(
            (h, w, oc, kh, kw, stride, before, after) ->
                new Conv2dShape(
                    2,
                    Math.max(h, kh),
                    Math.max(w, kw),
                    3,
                    oc,
                    kh,
                    kw,
                    stride,
                    stride,
                    before,
                    after,
                    after,
                    before,
                    1,
                    1,
                    1));
  }

  @Property(tries = 200)
  void anyWindow(@ForAll("images") Conv2dShape s) {
    check(s);
  }

  private static void check(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 31);
    float[] w = signed(s.weightSize(), 32);
    Conv2d conv = new Conv2dSimd(WORKERS, false);
    assertArrayEquals(plain(s, x, w), Conv2dContractTest.forward(conv, s, x, w), s.toString());
    Conv2dContractTest.checkAgainstReference(conv, s);
  }

  private static float[] plain(Conv2dShape s, float[] x, float[] w) {
    float[] y = new float[s.outputSize()];
    for (int i = 0; i < y.length; i++) {
      int pixel = i / s.oc();
      int row = pixel / s.outW() % s.outH() * s.strideH() - s.padTop();
      int column = pixel % s.outW() * s.strideW() - s.padLeft();
      int image = pixel / (s.outW() * s.outH()) * s.h();
      for (int tap = 0; tap < s.kh() * s.kw(); tap++) {
        int h = row + tap / s.kw() * s.dilationH();
        int v = column + tap % s.kw() * s.dilationW();
        for (int c = 0; h >= 0 && h < s.h() && v >= 0 && v < s.w() && c < 3; c++) {
          float weight = w[(tap * 3 + c) * s.oc() + i % s.oc()];
          y[i] = Math.fma(x[((image + h) * s.w() + v) * 3 + c], weight, y[i]);
        }
      }
    }
    return y;
  }
}
