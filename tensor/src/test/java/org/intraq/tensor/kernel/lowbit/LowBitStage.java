package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;

/** A random output stage for a {@link LowBitCase}. */
final class LowBitStage {
  private static final int BORDER = 3;

  private final LowBitCase operands;
  private final int[] weightZero;
  private final float[] multiplier;
  private final float[] offset;
  private final int residualKind;
  private final int activationKind;
  private final CodeQuantizer quantizer;
  private final float[] residual;
  private final byte[] residualCodes;

  LowBitStage(LowBitCase operands, long seed) {
    this.operands = operands;
    Random random = new Random(seed);
    int oc = operands.shape.oc();
    weightZero = new int[oc];
    multiplier = new float[oc];
    offset = new float[oc];
    double typical =
        operands.bits.maxProduct() * Math.sqrt(operands.shape.weightSize() / (double) oc);
    for (int o = 0; o < oc; o++) {
      weightZero[o] = random.nextInt(21) - 10;
      multiplier[o] = (float) (random.nextGaussian() * 8 / typical);
      offset[o] = (float) random.nextGaussian();
    }
    residualKind = random.nextInt(3);
    activationKind = random.nextInt(3);
    int bits = 2 + random.nextInt(7);
    quantizer =
        random.nextBoolean()
            ? CodeQuantizer.ofRange(
                random.nextBoolean() ? 0 : -random.nextFloat(), 1 + 5 * random.nextFloat(), bits)
            : null;
    int size = operands.shape.outputSize();
    residual = new float[size + BORDER];
    residualCodes = new byte[size + BORDER];
    for (int i = 0; i < residual.length; i++) {
      residual[i] = (float) random.nextGaussian();
      residualCodes[i] = (byte) random.nextInt(256);
    }
    if (size > 3) {
      residual[BORDER + size / 2] = Float.NaN;
      residual[BORDER + size / 3] = -0f;
    }
  }

  /** Bit patterns (or codes) of the result, borders checked. */
  int[] run(LowBitConvolution kernel, boolean packed) {
    int size = operands.shape.outputSize();
    float[] values = new float[size + 2 * BORDER];
    byte[] codes = new byte[size + 2 * BORDER];
    Arrays.fill(values, -77f);
    Arrays.fill(codes, (byte) 0x55);
    int[] result = run(kernel, packed, residual, residualCodes, values, codes);
    for (int i = 0; i < BORDER; i++) {
      assertEquals(-77f, values[i]);
      assertEquals(-77f, values[values.length - 1 - i]);
      assertEquals(0x55, codes[i]);
      assertEquals(0x55, codes[codes.length - 1 - i]);
    }
    return result;
  }

  /** The same, where the residual of the result's kind lies in the result's place. */
  int[] runInPlace(LowBitConvolution kernel) {
    float[] values = residual.clone();
    byte[] codes = residualCodes.clone();
    return run(kernel, false, values, codes, values, codes);
  }

  private int[] run(
      LowBitConvolution kernel,
      boolean packed,
      float[] residual,
      byte[] residualCodes,
      float[] values,
      byte[] codes) {
    PackedWeights weights = kernel.pack(operands.shape, operands.bits, operands.w, 5);
    OutputStage stage = OutputStage.linear(weights, operands.zero, weightZero, multiplier, offset);
    if (activationKind > 0) {
      stage = stage.withActivation(activationKind == 1 ? OutputStage.NO_CAP : 6f);
    }
    Residual added =
        switch (residualKind) {
          case 0 -> Residual.none();
          case 1 -> Residual.floats(residual, BORDER);
          default -> Residual.codes(residualCodes, BORDER, 37.5f, 11);
        };
    int size = operands.shape.outputSize();
    Destination y = Destination.floats(values, BORDER);
    if (quantizer != null) {
      stage = stage.withQuantizer(quantizer);
      y = Destination.codes(codes, BORDER);
    }
    kernel.run(operands.shape, operands.activations(packed), weights, stage, added, y);
    int[] result = new int[size];
    for (int i = 0; i < size; i++) {
      result[i] = quantizer != null ? codes[BORDER + i] : Float.floatToIntBits(values[BORDER + i]);
    }
    return result;
  }

  @Override
  public String toString() {
    return "residual " + residualKind + " activation " + activationKind + " " + quantizer;
  }
}
