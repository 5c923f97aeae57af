package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dSimd;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;
import org.intraq.tensor.kernel.quantize.RectifiedQuantize;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeReference;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link FusedConv2d} with a quantizer in its epilogue, and the way back through it. */
@Tag("kernel")
class QuantizedConv2dContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final AffineQuantizer QUANTIZER = AffineQuantizer.of(0f, 2f, 4);
  private static final float CAP = 2.5f;

  static List<FusedConv2d> implementations() {
    return List.of(new FusedConv2dReference(), simd(WORKERS));
  }

  private static FusedConv2d simd(Workers workers) {
    return new FusedConv2dSimd(workers, new DepthwiseConv2dSimd(workers));
  }

  static List<Conv2dShape> shapes() {
    return Conv2dContractTest.shapes();
  }

  private static int pixels(Conv2dShape s) {
    return s.n() * s.outH() * s.outW();
  }

  /** y and the bits; z too where {@code apart}. */
  private record Forward(float[] z, float[] y, int[] open) {}

  private static Forward forward(FusedConv2d conv, Conv2dShape s, boolean residual, boolean apart) {
    float[] y = nans(s.outputSize());
    float[] z = apart ? nans(s.outputSize()) : y;
    int[] open = new int[RectifiedQuantize.words(s.outputSize())];
    ConvEpilogue e =
        ConvEpilogue.quantized(
            signed(s.oc(), 1),
            0,
            signed(s.oc(), 2),
            0,
            residual ? signed(s.outputSize(), 5) : null,
            0,
            CAP,
            y,
            0,
            new RectifiedQuantize.Gate(QUANTIZER, true, open, 0));
    conv.forward(s, signed(s.inputSize(), 4), 0, signed(s.weightSize(), 3), 0, e, z, 0);
    return new Forward(z, y, open);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theQuantizerActsOnTheConvolutionsOwnOutput(Conv2dShape s) {
    for (FusedConv2d conv : implementations()) {
      for (boolean residual : new boolean[] {false, true}) {
        float[] z = nans(s.outputSize());
        conv.forward(s, signed(s.inputSize(), 4), 0, signed(s.weightSize(), 3), 0, null, z, 0);
        float[] y = nans(s.outputSize());
        int[] open = new int[RectifiedQuantize.words(s.outputSize())];
        float[] r = residual ? signed(s.outputSize(), 5) : null;
        var gate = new RectifiedQuantize.Gate(QUANTIZER, true, open, 0);
        new RectifiedQuantizeReference()
            .forward(
                pixels(s),
                s.oc(),
                z,
                0,
                signed(s.oc(), 1),
                0,
                signed(s.oc(), 2),
                0,
                r,
                0,
                CAP,
                gate,
                y,
                0);
        for (boolean apart : new boolean[] {false, true}) {
          Forward got = forward(conv, s, residual, apart);
          assertArrayEquals(y, got.y, "y " + s);
          assertArrayEquals(open, got.open, "open " + s);
          assertArrayEquals(apart ? z : y, got.z, "z " + s);
        }
      }
    }
  }

  /** dx, g and sums. */
  private record Backward(float[]... arrays) {}

  private static Backward backward(FusedConv2d conv, Conv2dShape s, boolean inPlace, boolean add) {
    float[] dy = signed(s.outputSize(), 6);
    float[] g = inPlace ? dy : nans(s.outputSize());
    float[] sums = nans(s.oc());
    float[] dx = add ? signed(s.inputSize(), 12) : nans(s.inputSize());
    ConvGate gate = new ConvGate(open(s), 1, g, 0, sums, 0);
    conv.gatedBackwardInput(s, dy, 0, signed(s.weightSize(), 3), 0, gate, add, dx, 0, null);
    return new Backward(dx, g, sums);
  }

  private static int[] open(Conv2dShape s) {
    return new Random(9).ints(1L + RectifiedQuantize.words(s.outputSize())).toArray();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theGatesGradientIsWhatTheAdjointGets(Conv2dShape s) {
    float[] g = nans(s.outputSize());
    float[] sums = nans(s.oc());
    float[] dy = signed(s.outputSize(), 6);
    new RectifiedQuantizeReference().backward(pixels(s), s.oc(), dy, 0, open(s), 1, g, 0, sums, 0);
    float[] absolute = new float[s.oc()];
    for (int i = 0; i < g.length; i++) {
      absolute[i % s.oc()] += Math.abs(g[i]);
    }
    for (FusedConv2d conv : implementations()) {
      for (int variant = 0; variant < 4; variant++) {
        boolean add = variant % 2 == 1;
        float[] dx = add ? signed(s.inputSize(), 12) : nans(s.inputSize());
        conv.backwardInput(s, g, 0, signed(s.weightSize(), 3), 0, null, add, dx, 0);
        float[][] got = backward(conv, s, variant < 2, add).arrays();
        assertArrayEquals(dx, got[0], "dx " + s);
        assertArrayEquals(g, got[1], "g " + s);
        for (int c = 0; c < s.oc(); c++) {
          assertEquals(sums[c], got[2][c], 1024 * EPS * absolute[c], "sums " + s);
        }
      }
    }
  }

  /** The layers whose weights' gradient comes with dx, and tiles that are cut off. */
  static List<Conv2dShape> together() {
    return List.of(
        Conv2dShape.of(2, 32, 32, 16, 16, 3, 1, 1),
        Conv2dShape.of(37, 8, 8, 32, 32, 3, 1, 1),
        Conv2dShape.of(3, 6, 6, 16, 32, 3, 1, 1),
        Conv2dShape.of(2, 11, 14, 32, 16, 3, 1, 1),
        Conv2dShape.of(1, 90, 130, 16, 16, 3, 1, 1),
        new Conv2dShape(2, 9, 10, 16, 16, 3, 3, 1, 1, 2, 1, 0, 1, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("together")
  void theWeightsGradientOnTheWayIsThatOfXAndG(Conv2dShape s) {
    float[] x = signed(s.inputSize(), 4);
    float[][] alone = backward(simd(WORKERS), s, false, false).arrays();
    float[] expected = nans(s.weightSize());
    new Conv2dReference().backwardWeights(s, x, 0, alone[1], 0, 0f, expected, 0);
    float[] scale = WinogradScale.weightSums(s, x, alone[1]);
    float[] first = null;
    for (int threads = 1; threads <= 3; threads += 2) {
      try (Workers workers = new Workers(threads)) {
        FusedConv2d conv = simd(workers);
        assertTrue(conv.givesWeightGradient(s), "not together: " + s);
        float[] dx = nans(s.inputSize());
        float[] g = nans(s.outputSize());
        float[] sums = nans(s.oc());
        float[] dw = nans(s.weightSize());
        conv.gatedBackwardInput(
            s,
            signed(s.outputSize(), 6),
            0,
            signed(s.weightSize(), 3),
            0,
            new ConvGate(open(s), 1, g, 0, sums, 0),
            false,
            dx,
            0,
            new ConvWeightGradient(x, 0, dw, 0));
        assertArrayEquals(alone[0], dx, "dx " + s);
        assertArrayEquals(alone[1], g, "g " + s);
        assertArrayEquals(alone[2], sums, "sums " + s);
        assertWithin("dw " + s, expected, dw, tiles(s) + 24, scale);
        assertTrue(first == null || Arrays.equals(first, dw), "the threads' number shows");
        first = dw;
      }
    }
  }

  private static int tiles(Conv2dShape s) {
    return s.n() * ((s.h() + 3) / 4) * ((s.w() + 3) / 4);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theSameBitsForAnyNumberOfThreads(Conv2dShape s) {
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      Forward a = forward(simd(one), s, true, false);
      Forward b = forward(simd(three), s, true, false);
      assertArrayEquals(a.y, b.y);
      assertArrayEquals(a.open, b.open);
      assertArrayEquals(
          backward(simd(one), s, true, true).arrays(),
          backward(simd(three), s, true, true).arrays());
    }
  }

  @Test
  void aQuantizerNeedsARectifier() {
    var gate = new RectifiedQuantize.Gate(QUANTIZER, false, null, 0);
    float[] a = new float[4];
    float open = Float.NEGATIVE_INFINITY;
    Exception refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ConvEpilogue(a, 0, a, 0, null, 0, open, CAP, a, 0, null, 0, null, 0, gate));
    assertTrue(refused.getMessage().contains("a floor of 0"), refused.getMessage());
  }
}
