package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;

/** What a convolution does with a row of sums: hand them out, or run the output stage on them. */
abstract class OutputStageSimd {
  /**
   * Takes the sums of one pixel for neighbouring channels; may overwrite them.
   *
   * @param acc sums from {@code at}; whole vectors can be read there
   * @param size number of channels
   * @param windowSum sum of the activation codes of the window
   * @param channel first channel
   * @param to index of the first channel's element in the result
   */
  abstract void row(int[] acc, int at, int size, int windowSum, int channel, int to);

  /** As {@link #row}, with a window sum for each channel (depthwise). */
  abstract void row(int[] acc, int at, int size, int[] sums, int sumsAt, int channel, int to);

  /** Takes the window sum of one pixel and group. */
  abstract void windowSum(int index, int sum);

  /** Stores the sums themselves. */
  static final class Sums extends OutputStageSimd {
    private final int[] acc;
    private final int accOffset;
    private final int[] sums;
    private final int sumsOffset;

    Sums(int[] acc, int accOffset, int[] sums, int sumsOffset) {
      this.acc = acc;
      this.accOffset = accOffset;
      this.sums = sums;
      this.sumsOffset = sumsOffset;
    }

    @Override
    void row(int[] from, int at, int size, int windowSum, int channel, int to) {
      System.arraycopy(from, at, acc, accOffset + to, size);
    }

    @Override
    void row(int[] from, int at, int size, int[] windows, int windowsAt, int channel, int to) {
      System.arraycopy(from, at, acc, accOffset + to, size);
      System.arraycopy(windows, windowsAt, sums, sumsOffset + to, size);
    }

    @Override
    void windowSum(int index, int sum) {
      sums[sumsOffset + index] = sum;
    }
  }

  /** Runs an {@link OutputStage} and stores its result. */
  static final class Stored extends OutputStageSimd {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = I.length();
    private static final int RESIDUAL = 6;

    /** Adding and subtracting 1.5 * 2^23 rounds |x| <= 2^22 to a whole number, half to even. */
    private static final float ROUND = 0x1.8p23f;

    private final OutputStage stage;
    private final Residual residual;
    private final Destination y;

    Stored(OutputStage stage, Residual residual, Destination y) {
      this.stage = stage;
      this.residual = residual;
      this.y = y;
    }

    @Override
    void windowSum(int index, int sum) {
      // The corrections of row() have used it.
    }

    @Override
    void row(int[] acc, int at, int size, int windowSum, int channel, int to) {
      for (int i = 0; i < size; i += LANES) {
        IntVector.fromArray(I, acc, at + i)
            .sub(IntVector.fromArray(I, stage.weightZero, channel + i).mul(windowSum))
            .add(IntVector.fromArray(I, stage.correction, channel + i))
            .intoArray(acc, at + i);
      }
      finish(acc, at, size, channel, to);
    }

    @Override
    void row(int[] acc, int at, int size, int[] sums, int sumsAt, int channel, int to) {
      for (int i = 0; i < size; i += LANES) {
        IntVector.fromArray(I, acc, at + i)
            .sub(
                IntVector.fromArray(I, stage.weightZero, channel + i)
                    .mul(IntVector.fromArray(I, sums, sumsAt + i)))
            .add(IntVector.fromArray(I, stage.correction, channel + i))
            .intoArray(acc, at + i);
      }
      finish(acc, at, size, channel, to);
    }

    /** Corrected sums to results; codes take the place of the sums before they are narrowed. */
    private void finish(int[] acc, int at, int size, int channel, int to) {
      int[] codes = residualCodes(size, to);
      for (int i = 0; i < size; i += LANES) {
        VectorMask<Float> live = F.indexInRange(i, size);
        FloatVector value =
            ((FloatVector) IntVector.fromArray(I, acc, at + i).convert(VectorOperators.I2F, 0))
                .fma(
                    FloatVector.fromArray(F, stage.multiplier, channel + i),
                    FloatVector.fromArray(F, stage.offset, channel + i));
        if (residual.values() != null) {
          value =
              value.add(
                  FloatVector.fromArray(F, residual.values(), residual.offset() + to + i, live));
        } else if (codes != null) {
          FloatVector added =
              (FloatVector)
                  IntVector.fromArray(I, codes, i)
                      .sub(residual.zero())
                      .convert(VectorOperators.I2F, 0);
          value = value.add(added.div(residual.m()));
        }
        if (stage.activation) {
          value = value.max(0f).min(stage.cap);
        }
        if (stage.quantizer == null) {
          value.intoArray(y.values(), y.offset() + to + i, live);
        } else {
          quantize(value).intoArray(acc, at + i);
        }
      }
      if (stage.quantizer != null) {
        narrow(acc, at, size, y.codes(), y.offset() + to);
      }
    }

    private IntVector quantize(FloatVector value) {
      int half = 1 << (stage.quantizer.bits() - 1);
      FloatVector rounded =
          value
              .mul(stage.quantizer.m())
              .sub(stage.quantizer.z())
              .max(-half)
              .min(half - 1f)
              .add(ROUND)
              .sub(ROUND);
      return ((IntVector) rounded.convert(VectorOperators.F2I, 0)).add(half);
    }

    private int[] residualCodes(int size, int to) {
      if (residual.codes() == null) {
        return null;
      }
      int[] codes = Scratch.ints(RESIDUAL, size + LANES);
      widen(residual.codes(), residual.offset() + to, size, codes);
      return codes;
    }

    private static void widen(byte[] from, int at, int size, int[] to) {
      for (int i = 0; i < size; i++) {
        to[i] = from[at + i] & 0xff;
      }
    }

    private static void narrow(int[] from, int at, int size, byte[] to, int toAt) {
      for (int i = 0; i < size; i++) {
        to[toAt + i] = (byte) from[at + i];
      }
    }
  }
}
