package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * One convolution of codes: operands inside sentinel borders, and comparison with the reference.
 */
final class LowBitCase {
  /** How operands are filled. */
  enum Fill {
    RANDOM,
    LARGEST,
    SMALLEST,
    /** Activations 0, which kernels that subtract a centre see as their most negative code. */
    BOTTOM,
    ALTERNATING
  }

  private static final LowBitConvolution REFERENCE = new LowBitConvolutionReference();
  private static final int BORDER = 5;
  private static final int SENTINEL = 0x7ABCDEF1;

  final Conv2dShape shape;
  final CodeBits bits;
  final Random random;
  final byte[] x;
  final byte[] w;
  final int zero;
  private int[] expectedSums;
  private final Map<Long, int[]> expectedRuns = new HashMap<>();

  LowBitCase(Conv2dShape shape, CodeBits bits, Fill fill, long seed) {
    this.shape = shape;
    this.bits = bits;
    this.random = new Random(seed);
    this.x = new byte[BORDER + shape.inputSize()];
    this.w = new byte[BORDER + shape.weightSize()];
    Arrays.fill(x, 0, BORDER, (byte) 0x77);
    Arrays.fill(w, 0, BORDER, (byte) 0x77);
    for (int i = BORDER; i < x.length; i++) {
      x[i] =
          (byte)
              switch (fill) {
                case RANDOM, ALTERNATING -> random.nextInt(bits.maxActivation() + 1);
                case LARGEST, SMALLEST -> bits.maxActivation();
                case BOTTOM -> 0;
              };
    }
    for (int i = BORDER; i < w.length; i++) {
      w[i] =
          (byte)
              switch (fill) {
                case RANDOM -> bits.minWeight() + random.nextInt(1 << bits.weight());
                case LARGEST -> bits.maxWeight();
                case SMALLEST, BOTTOM -> bits.minWeight();
                case ALTERNATING -> random.nextBoolean() ? bits.minWeight() : bits.maxWeight();
              };
    }
    this.zero =
        switch (fill) {
          case RANDOM -> random.nextInt(bits.maxActivation() + 1);
          case BOTTOM -> 0;
          default -> bits.maxActivation();
        };
  }

  Activations activations(boolean packed) {
    if (!packed) {
      return Activations.bytes(x, BORDER, bits.activation(), zero);
    }
    int size = shape.inputSize();
    byte[] stream = new byte[3 + (int) BitPacking.packedBytes(size, bits.activation())];
    BitPacking.pack(x, BORDER, size, bits.activation(), stream, 3);
    return Activations.packed(stream, 3, bits.activation(), zero);
  }

  /** Sums of a kernel must equal the reference, and nothing outside them may change. */
  void checkSums(LowBitConvolution kernel, boolean packed) {
    if (expectedSums == null) {
      expectedSums = sums(REFERENCE, false);
    }
    assertArrayEquals(expectedSums, sums(kernel, packed), () -> this + " sums");
  }

  private int[] sums(LowBitConvolution kernel, boolean packed) {
    int pixels = shape.n() * shape.outH() * shape.outW();
    int[] acc = new int[pixels * shape.oc() + 2 * BORDER];
    int[] sums = new int[pixels * shape.groups() + 2 * BORDER];
    Arrays.fill(acc, SENTINEL);
    Arrays.fill(sums, SENTINEL);
    PackedWeights weights = kernel.pack(shape, bits, w, BORDER);
    kernel.accumulate(shape, activations(packed), weights, acc, BORDER, sums, BORDER);
    for (int i = 0; i < BORDER; i++) {
      assertEquals(SENTINEL, acc[i]);
      assertEquals(SENTINEL, sums[i]);
      assertEquals(SENTINEL, acc[acc.length - 1 - i]);
      assertEquals(SENTINEL, sums[sums.length - 1 - i]);
    }
    int[] all = Arrays.copyOf(acc, acc.length + sums.length);
    System.arraycopy(sums, 0, all, acc.length, sums.length);
    return all;
  }

  /** Stored results of a kernel must equal the reference bit for bit, for random output stages. */
  void checkRun(LowBitConvolution kernel, boolean packed, long seed) {
    LowBitStage stage = new LowBitStage(this, seed);
    int[] expected = expectedRuns.computeIfAbsent(seed, same -> stage.run(REFERENCE, false));
    assertArrayEquals(expected, stage.run(kernel, packed), () -> this + " " + stage);
  }

  /** The same with the residual's array, if there is one, as the destination. */
  void checkInPlace(LowBitConvolution kernel, long seed) {
    LowBitStage stage = new LowBitStage(this, seed);
    int[] expected = stage.run(REFERENCE, false);
    assertArrayEquals(expected, stage.runInPlace(kernel), () -> this + " in place " + stage);
  }

  @Override
  public String toString() {
    return bits + " " + shape + " zero " + zero;
  }
}
