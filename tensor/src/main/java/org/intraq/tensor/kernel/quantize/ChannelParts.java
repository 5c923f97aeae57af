package org.intraq.tensor.kernel.quantize;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;

/**
 * Sums over channels that are formed part by part, by any thread, and added in the order of the
 * parts, in double: the parts depend on the shape alone, and so do the bits of the result.
 *
 * @param sums [parts][channels], the calling thread's scratch
 */
public record ChannelParts(int parts, int channels, float[] sums) {
  private static final int SLOT = 20;

  /** Room for {@code parts} parts, each of which has to be written. */
  public static ChannelParts of(int parts, int channels) {
    return new ChannelParts(parts, channels, Scratch.floats(SLOT, parts * channels));
  }

  /** Where a part's sums begin. */
  public int at(int part) {
    return part * channels;
  }

  /** Writes the sums of all parts together. */
  public void combine(float[] to, int toAt) {
    double[] totals = Scratch.doubles(SLOT, channels);
    Arrays.fill(totals, 0, channels, 0.0);
    for (int part = 0; part < parts; part++) {
      for (int c = 0; c < channels; c++) {
        totals[c] += sums[at(part) + c];
      }
    }
    for (int c = 0; c < channels; c++) {
      to[toAt + c] = (float) totals[c];
    }
  }
}
