package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.intraq.tensor.kernel.conv2d.Conv2dReference;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The definition itself: worked by hand, and against the f32 convolution of the decoded values. */
@Tag("kernel")
class LowBitConvolutionReferenceTest {
  private final LowBitConvolution kernel = new LowBitConvolutionReference();

  @Test
  void matrixProductWorkedByHand() {
    Conv2dShape shape = LowBitConvolution.gemm(2, 3, 2);
    CodeBits bits = new CodeBits(2, 3);
    byte[] w = {1, -4, 2, 3, -1, 0};
    Activations x = Activations.bytes(new byte[] {1, 2, 3, 0, 3, 1}, 0, 2, 1);
    PackedWeights weights = kernel.pack(shape, bits, w, 0);
    int[] acc = new int[4];
    int[] sums = new int[2];
    kernel.accumulate(shape, x, weights, acc, 0, sums, 0);
    assertArrayEquals(new int[] {1 + 4 - 3, -4 + 6, 6 - 1, 9}, acc);
    assertArrayEquals(new int[] {6, 4}, sums);
    // Zero points 1 (activations) and -2 (first channel): (0, 1, 2) * (3, 4, 1) = 6.
    OutputStage stage =
        OutputStage.linear(weights, 1, new int[] {-2, 0}, new float[] {0.5f, 1}, new float[] {1, 0})
            .withActivation(3.5f);
    float[] y = new float[4];
    kernel.run(shape, x, weights, stage, Residual.none(), Destination.floats(y, 0));
    assertArrayEquals(new float[] {3.5f, 3f, 3.5f, 3.5f}, y);
    // Row 1: (-1, 2, 0) . (3, 4, 1) = 5 -> 5 * 0.5 + 1; (-1, 2, 0) . (-4, 3, 0) = 10 -> capped.
  }

  @Test
  void decodedResultIsTheConvolutionOfTheDecodedValues() {
    // Small whole numbers: sums in float are exact, so the two must be equal.
    Random random = new Random(5);
    Conv2dShape shape = new Conv2dShape(2, 7, 6, 6, 4, 3, 2, 2, 1, 1, 0, 2, 1, 1, 2, 2);
    CodeBits bits = new CodeBits(5, 3);
    byte[] u = new byte[shape.inputSize()];
    float[] x = new float[u.length];
    int zero = 9;
    for (int i = 0; i < u.length; i++) {
      u[i] = (byte) random.nextInt(32);
      x[i] = u[i] - zero;
    }
    byte[] q = new byte[shape.weightSize()];
    float[] w = new float[q.length];
    int[] weightZero = {3, 0, -2, 1};
    for (int i = 0; i < q.length; i++) {
      q[i] = (byte) (random.nextInt(8) - 4);
      w[i] = q[i] - weightZero[i % 4];
    }
    PackedWeights weights = kernel.pack(shape, bits, q, 0);
    OutputStage stage =
        OutputStage.linear(weights, zero, weightZero, new float[] {1, 1, 1, 1}, new float[4]);
    float[] y = new float[shape.outputSize()];
    kernel.run(
        shape,
        Activations.bytes(u, 0, 5, zero),
        weights,
        stage,
        Residual.none(),
        Destination.floats(y, 0));
    float[] expected = new float[y.length];
    new Conv2dReference().forward(shape, x, 0, w, 0, expected, 0);
    assertArrayEquals(expected, y);
  }

  @Test
  void quantizerRoundsHalfToEvenAndClamps() {
    CodeQuantizer quantizer = new CodeQuantizer(2f, 2f, 2);
    // m*x - z + 2 with codes 0..3: 2x.
    assertEquals(2, quantizer.code(0.75f));
    assertEquals(0, quantizer.code(0.25f));
    assertEquals(2, quantizer.code(1.25f));
    assertEquals(3, quantizer.code(9f));
    assertEquals(0, quantizer.code(-9f));
    assertEquals(0, quantizer.zero());
    assertEquals(1.5f, quantizer.value(3));
    CodeQuantizer range = CodeQuantizer.ofRange(-1f, 2f, 4);
    assertEquals(5, range.zero());
    assertEquals(0, range.code(-1f));
    assertEquals(15, range.code(2f));
  }

  @Test
  void wrongOperandsAreRefusedByName() {
    Conv2dShape shape = Conv2dShape.of(1, 3, 3, 2, 2, 3, 1, 1);
    CodeBits bits = new CodeBits(4, 2);
    byte[] bad = new byte[shape.weightSize()];
    bad[7] = 2;
    assertEquals(
        "U4S2 convolution: expected weight codes in [-2, 1], got 2 at element 7",
        assertThrows(IllegalArgumentException.class, () -> kernel.pack(shape, bits, bad, 0))
            .getMessage());
    PackedWeights weights = kernel.pack(shape, bits, new byte[shape.weightSize()], 0);
    Activations noZero = Activations.bytes(new byte[18], 0, 4, -1);
    int[] acc = new int[18];
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.accumulate(shape, noZero, weights, acc, 0, new int[9], 0));
    Activations small = Activations.bytes(new byte[17], 0, 4, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.accumulate(shape, small, weights, acc, 0, new int[9], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> OutputStage.linear(weights, 0, new int[] {1 << 28, 0}, new float[2], new float[2]));
  }

  /** Whatever the number of taps: products of zero points beyond 63 bits are too large as well. */
  @Test
  void sumsBeyond32BitsAreRefused() {
    for (int channels = 1; channels <= 5; channels++) {
      Conv2dShape shape = Conv2dShape.of(1, 3, 3, channels, 1, 1, 1, 0);
      byte[] codes = new byte[shape.weightSize()];
      PackedWeights weights = kernel.pack(shape, new CodeBits(4, 2), codes, 0);
      for (int zero : new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        for (int weightZero : new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 2}) {
          int[] zeros = {weightZero};
          assertThrows(
              IllegalArgumentException.class,
              () -> OutputStage.linear(weights, zero, zeros, new float[1], new float[1]),
              shape + ": " + zero + ", " + weightZero);
        }
      }
      OutputStage.linear(weights, 7, new int[] {1}, new float[1], new float[1]);
    }
  }
}
