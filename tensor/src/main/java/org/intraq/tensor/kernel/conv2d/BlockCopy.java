package org.intraq.tensor.kernel.conv2d;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;

/**
 * Gathers blocks of 16 channels from pixels that lie apart. {@code check} before a store is there
 * for the compiler: the card of {@code kernel.gemm} says why.
 */
final class BlockCopy {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  static final int BLOCK = GemmBlockTile.BLOCK;

  private BlockCopy() {}

  /** out[at + i * 16 ..] = in[inAt + i * step ..], 16 floats each. */
  static void copy(float[] in, int inAt, int step, int count, float[] out, int at) {
    if (step == BLOCK) {
      System.arraycopy(in, inAt, out, at, count * BLOCK);
      return;
    }
    for (int i = 0; i < count; i++) {
      for (int v = 0; v < BLOCK; v += LANES) {
        FloatVector x = FloatVector.fromArray(SPECIES, in, inAt + i * step + v);
        x.check(SPECIES);
        x.intoArray(out, at + i * BLOCK + v);
      }
    }
  }

  /** out[at + i * step ..] = in[inAt + i * 16 ..], 16 floats each, {@code count} in all. */
  static void spread(float[] in, int inAt, int count, float[] out, int at, int step) {
    for (int i = 0, to = at; i < count; i += BLOCK, to += step) {
      for (int v = 0; v < BLOCK; v += LANES) {
        FloatVector x = FloatVector.fromArray(SPECIES, in, inAt + i + v);
        x.check(SPECIES);
        x.intoArray(out, to + v);
      }
    }
  }
}
