package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import jdk.incubator.vector.ShortVector;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every sum within reach gives the code of the output stage. */
@Tag("kernel")
class CodeStepsTest {
  private static final int LANES = ShortVector.SPECIES_PREFERRED.length();
  private static final int CHANNELS = 10 * LANES;

  private static OutputStage stage(
      float[] multiplier, float[] offset, float lo, float cap, int bits) {
    Conv2dShape shape = Conv2dShape.depthwise(1, 3, 3, CHANNELS, 3, 1, 1);
    byte[] w = new byte[shape.weightSize()];
    PackedWeights weights = new DepthwiseWeights(shape, new CodeBits(4, 4), w, 0);
    OutputStage linear = OutputStage.linear(weights, 0, new int[CHANNELS], multiplier, offset);
    OutputStage clamped = Float.isNaN(cap) ? linear : linear.withActivation(cap);
    return clamped.withQuantizer(CodeQuantizer.ofRange(lo, 1, bits));
  }

  /** Asks for the codes of {@code -reach} to {@code reach}, two rows, as a kernel does. */
  private static int check(OutputStage stage, int reach) {
    CodeSteps steps = new CodeSteps(stage, reach);
    int across = reach + 1;
    int vectors = 0;
    for (int c = 0; c < CHANNELS; c += LANES) {
      if (!steps.has(c)) {
        continue;
      }
      vectors++;
      short[] sums = new short[(2 * (across + 1) + 1) * LANES];
      for (int i = 0; i < 2 * (across + 1) * LANES; i++) {
        int r = i / LANES - reach - (i / LANES > across ? 1 : 0);
        sums[LANES + i] = (short) Math.min(r, reach);
      }
      byte[] y = new byte[2 * across * LANES + 1];
      y[y.length - 1] = 77;
      steps.store(sums, LANES, 2, across + 1, across, c, y, 0, across * LANES, LANES);
      assertEquals(77, y[y.length - 1]);
      for (int i = 0; i < 2 * across; i++) {
        int r = Math.min(i - reach, reach);
        for (int lane = 0; lane < LANES; lane++) {
          int o = c + lane;
          byte[] expected = new byte[1];
          LowBitConvolutionReference.store(
              stage, r, 0, o, Residual.none(), Destination.codes(expected, -o), o);
          assertEquals(expected[0], y[i * LANES + lane], "channel " + o + ", sum " + r);
        }
      }
    }
    return vectors;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7})
  void codesAreThoseOfTheStage(int bits) {
    int found = 0;
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      float[] multiplier = new float[CHANNELS];
      float[] offset = new float[CHANNELS];
      for (int o = 0; o < CHANNELS; o++) {
        multiplier[o] = (float) (random.nextGaussian() * Math.pow(10, -1 - random.nextInt(3)));
        offset[o] = (float) random.nextGaussian() * (1 + 20 * random.nextInt(2));
      }
      float cap = seed == 0 ? Float.NaN : seed == 1 ? OutputStage.NO_CAP : 0.6f;
      found += check(stage(multiplier, offset, seed == 3 ? -0.4f : 0, cap, bits), 2025);
    }
    // Few boundaries are nearer to a sum than the steps can tell; 64 of them leave more of those.
    assertTrue(found >= (bits <= 5 ? 20 : 2), found + " of 40 vectors have steps");
  }

  @Test
  void extremesAreRight() {
    float[] multiplier = new float[CHANNELS];
    float[] offset = new float[CHANNELS];
    float[] factors = {0, -0f, 1e-30f, 1e6f, -1e30f, Float.MAX_VALUE, 0.5f, -0.25f};
    float[] terms = {0, 1e30f, -1e30f, 0.5f, -3, 1e-30f, Float.MAX_VALUE, 0.03125f};
    for (int o = 0; o < CHANNELS; o++) {
      multiplier[o] = factors[o % factors.length];
      offset[o] = terms[o / factors.length % terms.length];
    }
    check(stage(multiplier, offset, 0, Float.NaN, 4), 2025);
    check(stage(multiplier, offset, -1, 0, 4), 300);
    for (int o = 0; o < CHANNELS; o++) {
      multiplier[o] = o % 2 == 0 ? 0 : 1e6f;
      offset[o] = o % 3 == 0 ? 0.4f : -0.1f;
    }
    assertTrue(check(stage(multiplier, offset, 0, Float.NaN, 4), 2025) > 0);
  }

  /** At 1/2 of a code the stage rounds to even, which no line does at all boundaries. */
  @Test
  void tiesAreLeftToTheStage() {
    float[] multiplier = new float[CHANNELS];
    java.util.Arrays.fill(multiplier, 0.5f / 15);
    OutputStage stage = stage(multiplier, new float[CHANNELS], 0, Float.NaN, 4);
    assertFalse(new CodeSteps(stage, 2025).has(0));
  }
}
