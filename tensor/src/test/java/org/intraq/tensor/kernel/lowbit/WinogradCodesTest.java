package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@link WinogradCodes} is exact, and that it is where it says so. */
@Tag("kernel")
class WinogradCodesTest {
  private static final CodeBits U4S4 = new CodeBits(4, 4);

  private static Conv2dShape shape(int channels) {
    return Conv2dShape.of(1, 8, 8, channels, 32, 3, 1, 1);
  }

  /** All codes of the filters {@code code}, but for one channel that is all 0. */
  private static TiledWeights weights(Conv2dShape shape, CodeBits bits, int code) {
    byte[] w = new byte[shape.weightSize()];
    for (int i = 0; i < w.length; i++) {
      w[i] = (byte) (i % shape.oc() == 7 ? 0 : code);
    }
    return new TiledWeights(shape, bits, w, 0, new WideShortTile());
  }

  private static OutputStage stage(PackedWeights weights, int zero) {
    int[] zeros = new int[32];
    Arrays.fill(zeros, zero);
    float[] multiplier = new float[32];
    Arrays.fill(multiplier, 1);
    return OutputStage.linear(weights, 3, zeros, multiplier, new float[32]);
  }

  /**
   * 4 * 2^(ka-1) * 72 * |q - zero| for each eight steps must be at most 32767: at 4 bits a distance
   * of 14 is possible (32256), one of 15 is not (34560).
   */
  @ParameterizedTest
  @CsvSource({
    "4, -8, 0, 8",
    "4, -8, 6, 8",
    "4, -8, 7, 0",
    "4, 7, -7, 8",
    "4, 7, -8, 0",
    "4, 2, 0, 56",
    "4, 1, 0, 64",
    "2, 1, 0, 64",
    "5, -7, 0, 8",
    "5, -8, 0, 0",
    "8, 1, 0, 0"
  })
  void chunksAreAsLongAsTheirResultsFit(int activation, int code, int zero, int steps) {
    CodeBits bits = new CodeBits(activation, 4);
    Conv2dShape shape = shape(256);
    TiledWeights weights = weights(shape, bits, code);
    assertEquals(steps, weights.winogradSteps(shape, stage(weights, zero)));
  }

  /** At the limit, with the codes that go farthest to either side. */
  @ParameterizedTest
  @CsvSource({"-8, 6", "7, -7", "2, 0", "-8, 0"})
  void sumsAtTheLimitAreExact(int code, int zero) {
    Conv2dShape shape = shape(80);
    Random random = new Random(1);
    for (int fill = 0; fill < 3; fill++) {
      byte[] x = new byte[shape.inputSize()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (byte) (fill == 0 ? 0 : fill == 1 ? 15 : random.nextInt(16));
      }
      byte[] w = new byte[shape.weightSize()];
      Arrays.fill(w, (byte) code);
      float[][] results = new float[2][];
      List<LowBitConvolution> kernels =
          List.of(
              new LowBitConvolutionReference(),
              new LowBitConvolutionSimd(new Workers(1), new WideShortTile()));
      for (int i = 0; i < 2; i++) {
        PackedWeights packed = kernels.get(i).pack(shape, U4S4, w, 0);
        results[i] = new float[shape.outputSize()];
        kernels
            .get(i)
            .run(
                shape,
                Activations.bytes(x, 0, 4, 3),
                packed,
                stage(packed, zero),
                Residual.none(),
                Destination.floats(results[i], 0));
      }
      assertArrayEquals(results[0], results[1]);
    }
  }

  @Test
  void otherConvolutionsAreNotForIt() {
    assertEquals(false, WinogradCodes.suits(Conv2dShape.of(1, 8, 8, 16, 32, 3, 2, 1)));
    assertEquals(false, WinogradCodes.suits(Conv2dShape.of(1, 8, 8, 24, 32, 3, 1, 1)));
    assertEquals(false, WinogradCodes.suits(Conv2dShape.of(1, 8, 8, 16, 32, 5, 1, 2)));
    assertEquals(false, WinogradCodes.suits(Conv2dShape.of(1, 2, 2, 16, 32, 3, 1, 1)));
    assertEquals(true, WinogradCodes.suits(Conv2dShape.of(1, 8, 8, 16, 32, 3, 1, 1)));
  }
}
