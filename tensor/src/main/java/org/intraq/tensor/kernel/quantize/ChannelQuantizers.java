package org.intraq.tensor.kernel.quantize;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.elementary.FloatMath;

/** The quantizers of the channels of one tensor, as two arrays, and their work on one row. */
final class ChannelQuantizers {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private final int bits;
  private final int channels;
  private final float[] multipliers;
  private final float[] offsets;

  /** Quantizers of the ranges [ranges[c], ranges[channels + c]]. */
  ChannelQuantizers(int bits, int channels, float[] ranges, int rangesOffset) {
    AffineQuantizer.checkBits(bits, AffineQuantizer.MAX_BITS);
    Objects.checkFromIndexSize(rangesOffset, Math.multiplyExact(2, channels), ranges.length);
    this.bits = bits;
    this.channels = channels;
    this.multipliers = new float[channels];
    this.offsets = new float[channels];
    for (int c = 0; c < channels; c++) {
      float lo = ranges[rangesOffset + c];
      multipliers[c] = AffineQuantizer.multiplier(lo, ranges[rangesOffset + channels + c], bits);
      offsets[c] = AffineQuantizer.offset(multipliers[c], lo, bits);
    }
  }

  private AffineQuantizer at(int channel) {
    return new AffineQuantizer(multipliers[channel], offsets[channel], bits);
  }

  /** y = value(w) for the row of channels from {@code wFrom} on. */
  void quantizeRow(float[] w, int wFrom, float[] y, int yFrom) {
    float lowest = AffineQuantizer.lowest(bits);
    float highest = AffineQuantizer.highest(bits);
    int c = 0;
    for (; c <= channels - LANES; c += LANES) {
      FloatVector multiplier = FloatVector.fromArray(SPECIES, multipliers, c);
      FloatVector offset = FloatVector.fromArray(SPECIES, offsets, c);
      FloatVector v = FloatVector.fromArray(SPECIES, w, wFrom + c).mul(multiplier).sub(offset);
      v = v.blend(lowest, v.compare(VectorOperators.LT, lowest));
      v = v.blend(highest, v.compare(VectorOperators.GT, highest));
      v = v.add(FloatMath.ROUNDER).sub(FloatMath.ROUNDER);
      v.add(offset).div(multiplier).intoArray(y, yFrom + c);
    }
    for (; c < channels; c++) {
      y[yFrom + c] = at(c).value(w[wFrom + c]);
    }
  }

  /** dw = dy where w rounds to a code without clamping, else 0. */
  void maskRow(float[] w, int wFrom, float[] dy, int dyFrom, float[] dw, int dwFrom) {
    float first = FakeQuantizeSimd.firstInside(bits);
    float last = FakeQuantizeSimd.lastInside(bits);
    int c = 0;
    for (; c <= channels - LANES; c += LANES) {
      FloatVector multiplier = FloatVector.fromArray(SPECIES, multipliers, c);
      FloatVector offset = FloatVector.fromArray(SPECIES, offsets, c);
      FloatVector v = FloatVector.fromArray(SPECIES, w, wFrom + c).mul(multiplier).sub(offset);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GE, first).and(v.compare(VectorOperators.LE, last));
      FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyFrom + c);
      FloatVector.zero(SPECIES).blend(gradient, inside).intoArray(dw, dwFrom + c);
    }
    for (; c < channels; c++) {
      dw[dwFrom + c] = at(c).inside(w[wFrom + c]) ? dy[dyFrom + c] : 0f;
    }
  }

  /** codes = code(w). */
  void codesRow(float[] w, int wFrom, byte[] codes, int codesFrom) {
    float lowest = AffineQuantizer.lowest(bits);
    float highest = AffineQuantizer.highest(bits);
    int c = 0;
    if (CodeBytes.VECTOR) {
      for (; c <= channels - LANES; c += LANES) {
        FloatVector multiplier = FloatVector.fromArray(SPECIES, multipliers, c);
        FloatVector offset = FloatVector.fromArray(SPECIES, offsets, c);
        FloatVector v = FloatVector.fromArray(SPECIES, w, wFrom + c).mul(multiplier).sub(offset);
        v = v.blend(lowest, v.compare(VectorOperators.LT, lowest));
        v = v.blend(highest, v.compare(VectorOperators.GT, highest));
        CodeBytes.store(v, codes, codesFrom + c);
      }
    }
    for (; c < channels; c++) {
      codes[codesFrom + c] = (byte) at(c).code(w[wFrom + c]);
    }
  }
}
