package org.intraq.tensor.kernel.lowbit;

import static org.intraq.tensor.kernel.lowbit.FloatWinogradWeights.NARROW;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradWeights.WIDE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@link FloatWinograd} is exact, and that it is where it says so. */
@Tag("kernel")
class FloatWinogradTest {
  private static final Workers ONE = new Workers(1);
  private static final Workers THREE = new Workers(3);

  private static TileKernel tiles() {
    return ShortRows.FEW_REGISTERS ? new RunShortTile() : new WideShortTile();
  }

  /** A layer with random or constant operands, its result by this algorithm and by definition. */
  private static final class Layer {
    final Conv2dShape shape;
    final CodeBits bits;
    final byte[] x;
    final byte[] w;
    final int[] zero;
    final int activationZero;

    Layer(Conv2dShape shape, CodeBits bits, int activationZero, int weightZero) {
      this.shape = shape;
      this.bits = bits;
      this.activationZero = activationZero;
      x = new byte[shape.inputSize() + 3];
      w = new byte[shape.weightSize()];
      zero = new int[shape.oc()];
      Random random = new Random(1);
      for (int i = 0; i < x.length; i++) {
        x[i] = (byte) random.nextInt(bits.maxActivation() + 1);
      }
      for (int i = 0; i < w.length; i++) {
        w[i] = (byte) (random.nextInt(1 << bits.weight()) + bits.minWeight());
      }
      for (int o = 0; o < zero.length; o++) {
        zero[o] = weightZero + o % 3;
      }
    }

    OutputStage stage(PackedWeights weights) {
      float[] multiplier = new float[shape.oc()];
      Arrays.fill(multiplier, 1);
      return OutputStage.linear(weights, activationZero, zero, multiplier, new float[shape.oc()]);
    }

    Activations activations() {
      return Activations.bytes(x, 3, bits.activation(), activationZero);
    }

    int channels(int limit) {
      TiledWeights weights = new TiledWeights(shape, bits, w, 0, tiles());
      int[] padded = stage(weights).weightZero;
      return FloatWinogradWeights.channels(bits, shape.ic(), shape.oc(), weights, padded, limit);
    }

    /** By this algorithm, in chunks of {@code channels}. */
    float[] result(Workers workers, int channels, boolean wide) {
      TiledWeights weights = new TiledWeights(shape, bits, w, 0, tiles());
      OutputStage stage = stage(weights);
      float[] y = new float[shape.outputSize()];
      var sink = new OutputStageSimd.Stored(stage, Residual.none(), Destination.floats(y, 0));
      new FloatWinograd(
              shape,
              activations(),
              weights,
              weights.zeros(stage),
              weights.start(stage, 0),
              sink,
              new TiledWeights.Winograd(stage.weightZero, 0, channels, wide))
          .run(workers);
      return y;
    }

    float[] expected() {
      LowBitConvolution reference = new LowBitConvolutionReference();
      PackedWeights weights = reference.pack(shape, bits, w, 0);
      float[] y = new float[shape.outputSize()];
      reference.run(
          shape, activations(), weights, stage(weights), Residual.none(), Destination.floats(y, 0));
      return y;
    }

    void check(int channels, boolean wide) {
      float[] expected = expected();
      assertArrayEquals(expected, result(ONE, channels, wide));
      assertArrayEquals(expected, result(THREE, channels, wide));
    }
  }

  /** Odd sizes, strips across images and across a row, strips that are shared out, any padding. */
  @ParameterizedTest
  @CsvSource({
    "1, 8, 8, 16, 16, 1, 1, 1, 1",
    "3, 5, 7, 32, 33, 1, 1, 1, 1",
    "2, 9, 6, 48, 20, 0, 2, 2, 0",
    "1, 4, 400, 16, 20, 1, 1, 1, 1",
    "1, 16, 16, 16, 130, 1, 0, 1, 2",
    "9, 4, 4, 64, 70, 2, 2, 2, 2",
    "3, 8, 8, 16, 20, 1, 1, 1, 1",
    "1, 20, 20, 64, 130, 1, 1, 1, 1",
    "1, 3, 8, 448, 16, 1, 1, 1, 17",
    "1, 3, 8, 448, 16, 1, 250, 1, 17",
    "1, 30, 31, 16, 8, 0, 0, 0, 0",
    "1, 3, 3, 16, 16, 0, 0, 0, 0"
  })
  void everyGeometryIsExact(
      int n, int h, int w, int ic, int oc, int top, int left, int bottom, int right) {
    Conv2dShape shape =
        new Conv2dShape(n, h, w, ic, oc, 3, 3, 1, 1, top, left, bottom, right, 1, 1, 1);
    for (CodeBits bits : new CodeBits[] {new CodeBits(4, 4), new CodeBits(2, 3)}) {
      Layer layer = new Layer(shape, bits, 3, -2);
      int channels = layer.channels(NARROW);
      assertTrue(channels >= 16, bits::toString);
      layer.check(channels, false);
      layer.check(16, true);
    }
  }

  /**
   * 18 * 15 * 49 * |q - zero| for each channel must be at most 2^22 at the point of 2 and 2: with
   * 32 channels a distance of 9 is possible (3,810,240), one of 10 is not.
   */
  @ParameterizedTest
  @CsvSource({
    "4, 4, 7, -3, 16, 112",
    "4, 4, 7, -2, 32, 128",
    "4, 4, -8, 1, 32, 128",
    "4, 4, -8, 2, 16, 112",
    "4, 4, 1, 0, 256, 256",
    "2, 2, 1, 0, 256, 256",
    "5, 5, 15, 0, 0, 32",
    "5, 5, 7, 0, 16, 80",
    "8, 4, 1, 0, 16, 64",
    "8, 4, 2, 0, 0, 32",
    "8, 8, 100, 0, 0, 0",
    "4, 4, 7, -700, 0, 0"
  })
  void chunksAreAsLongAsTheirSumsFit(
      int activation, int weight, int code, int zero, int narrow, int wide) {
    CodeBits bits = new CodeBits(activation, weight);
    Layer layer = new Layer(Conv2dShape.of(1, 8, 8, 256, 32, 3, 1, 1), bits, 0, 0);
    for (int i = 0; i < layer.w.length; i++) {
      layer.w[i] = (byte) (i % 32 == 7 ? code : Math.clamp(zero, bits.minWeight(), 1));
    }
    Arrays.fill(layer.zero, zero);
    assertEquals(narrow, layer.channels(NARROW));
    assertEquals(wide, layer.channels(WIDE));
  }

  /** At the limit, with the codes that go farthest to either side. */
  @ParameterizedTest
  @CsvSource({
    "4, 4, 7, -2, false",
    "4, 4, -8, 1, false",
    "4, 4, -8, 0, false",
    "5, 5, 7, 0, false",
    "8, 4, 1, 0, false",
    "8, 4, -1, 0, false",
    "6, 6, 8, 0, true",
    "5, 5, 15, -3, true",
    "8, 4, 2, 0, true",
    "8, 4, -4, 0, true"
  })
  void sumsAtTheLimitAreExact(int activation, int weight, int code, int zero, boolean wide) {
    CodeBits bits = new CodeBits(activation, weight);
    Conv2dShape shape = Conv2dShape.of(1, 12, 12, 80, 32, 3, 1, 1);
    for (int fill = 0; fill < 3; fill++) {
      Layer layer = new Layer(shape, bits, 0, 0);
      Arrays.fill(layer.w, (byte) code);
      Arrays.fill(layer.zero, zero);
      for (int i = 0; fill > 0 && i < layer.x.length; i++) {
        // All the largest, or where they have the same sign at the point of 2 and 2.
        int row = (i - 3) / 80 / 12;
        int column = (i - 3) / 80 % 12;
        boolean all = fill == 1 || row % 4 < 2 == column % 4 < 2;
        layer.x[i] = (byte) (all ? bits.maxActivation() : 0);
      }
      int channels = layer.channels(wide ? WIDE : NARROW);
      assertTrue(channels > 0 && channels < shape.ic(), () -> channels + " channels");
      layer.check(channels, wide);
    }
  }

  @Test
  void isChosenWhereItIsFaster() {
    Conv2dShape shape = Conv2dShape.of(1, 16, 16, 16, 32, 3, 1, 1);
    Layer layer = new Layer(shape, new CodeBits(4, 4), 0, 0);
    TiledWeights weights = new TiledWeights(shape, layer.bits, layer.w, 0, tiles());
    long codes = weights.sizeBytes();
    boolean chosen = weights.floatWinograd(shape, layer.stage(weights)) != null;
    assertEquals(ShortRows.FEW_REGISTERS, chosen);
    assertEquals(codes, weights.sizeBytes(), "weights stay at their real width");
    assertEquals(false, suitsWindow(Conv2dShape.of(1, 8, 8, 16, 32, 3, 2, 1)));
    assertEquals(false, suitsWindow(Conv2dShape.of(1, 8, 8, 24, 32, 3, 1, 1)));
    assertEquals(false, suitsWindow(Conv2dShape.of(1, 8, 8, 16, 32, 5, 1, 2)));
    assertEquals(true, suitsWindow(shape));
    assertEquals(false, FloatWinograd.suits(Conv2dShape.of(1, 8, 8, 16, 32, 3, 1, 1), tiles()));
  }

  private static boolean suitsWindow(Conv2dShape shape) {
    return FloatWinograd.suitsWindow(shape, tiles());
  }

  @Test
  void chunksAreAlikeAndWideWhereNarrowOnesAreShorter() {
    Layer layer = new Layer(Conv2dShape.of(1, 8, 8, 80, 32, 3, 1, 1), new CodeBits(8, 4), 0, 0);
    for (int[] expected : new int[][] {{1, 48, 1}, {2, 32, 1}, {4, 16, 1}, {5, 0, 0}}) {
      Arrays.fill(layer.w, (byte) expected[0]);
      TiledWeights weights = new TiledWeights(layer.shape, layer.bits, layer.w, 0, tiles());
      var found = FloatWinograd.find(layer.shape, weights, new int[32], 0);
      assertEquals(expected[1], found.channels(), () -> "weights of " + expected[0]);
      assertEquals(expected[2] == 1, found.wide());
    }
  }

  /** The choice of chunks, and stages of other zero points on the same weights, by turns. */
  @ParameterizedTest
  @CsvSource({"6, 6", "8, 4", "5, 5", "4, 4"})
  void whatIsChosenIsExact(int activation, int weight) {
    Conv2dShape shape = Conv2dShape.of(4, 12, 12, 96, 32, 3, 1, 1);
    Layer first = new Layer(shape, new CodeBits(activation, weight), 0, 0);
    Layer second = new Layer(shape, first.bits, 0, 3);
    LowBitConvolution kernel = new LowBitConvolutionSimd(ONE, tiles());
    PackedWeights weights = kernel.pack(shape, first.bits, first.w, 0);
    OutputStage[] stages = {first.stage(weights), second.stage(weights)};
    boolean chosen = ((TiledWeights) weights).floatWinograd(shape, stages[0]) != null;
    assertEquals(ShortRows.FEW_REGISTERS, chosen);
    for (int i : new int[] {0, 1, 0}) {
      float[] y = new float[shape.outputSize()];
      kernel.run(
          shape,
          first.activations(),
          weights,
          stages[i],
          Residual.none(),
          Destination.floats(y, 0));
      assertArrayEquals((i == 0 ? first : second).expected(), y);
    }
  }

  /** A zero that is no code, which tiles beyond the image's end do not read. */
  @ParameterizedTest
  @CsvSource({"-40", "300"})
  void aZeroThatIsNoCodeIsExact(int zero) {
    Conv2dShape shape = new Conv2dShape(1, 11, 11, 80, 32, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    Layer layer = new Layer(shape, new CodeBits(4, 4), zero, 0);
    Arrays.fill(layer.w, (byte) 7);
    Arrays.fill(layer.zero, -2);
    Arrays.fill(layer.x, (byte) 15);
    layer.check(layer.channels(NARROW), false);
  }
}
