package org.intraq.tensor.kernel.peak;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A copy by ordinary loads and stores: the rate at which a kernel without arithmetic would run.
 *
 * <p>{@link System#arraycopy} is not that: above some size it stores past the caches, and is slower
 * than a kernel whose operands stay in them by a factor that differs from machine to machine.
 */
public final class CopyPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private CopyPeak() {}

  /** Copies elements [from, to) of source; their number is a multiple of four vectors. */
  public static void run(float[] source, float[] target, int from, int to) {
    for (int i = from; i < to; i += 4 * LANES) {
      FloatVector a = FloatVector.fromArray(SPECIES, source, i);
      FloatVector b = FloatVector.fromArray(SPECIES, source, i + LANES);
      FloatVector c = FloatVector.fromArray(SPECIES, source, i + 2 * LANES);
      FloatVector d = FloatVector.fromArray(SPECIES, source, i + 3 * LANES);
      a.intoArray(target, i);
      b.intoArray(target, i + LANES);
      c.intoArray(target, i + 2 * LANES);
      d.intoArray(target, i + 3 * LANES);
    }
  }
}
