package org.intraq.tensor.kernel.peak;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Nothing but fused multiply-adds on registers: the rate that no kernel can exceed.
 *
 * <p>Twelve independent chains hide a latency of four to six cycles on two units.
 */
public final class MultiplyAddPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 12;

  private MultiplyAddPeak() {}

  /** Floating-point operations of {@link #run}, a multiply-add counted as two. */
  public static double flops(int rounds) {
    return 2.0 * CHAINS * SPECIES.length() * rounds;
  }

  /** Runs {@code rounds} multiply-adds on every chain; the result keeps the compiler honest. */
  public static float run(int rounds) {
    FloatVector factor = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector term = FloatVector.broadcast(SPECIES, 1e-3f);
    FloatVector c0 = FloatVector.broadcast(SPECIES, 0.01f);
    FloatVector c1 = FloatVector.broadcast(SPECIES, 0.02f);
    FloatVector c2 = FloatVector.broadcast(SPECIES, 0.03f);
    FloatVector c3 = FloatVector.broadcast(SPECIES, 0.04f);
    FloatVector c4 = FloatVector.broadcast(SPECIES, 0.05f);
    FloatVector c5 = FloatVector.broadcast(SPECIES, 0.06f);
    FloatVector c6 = FloatVector.broadcast(SPECIES, 0.07f);
    FloatVector c7 = FloatVector.broadcast(SPECIES, 0.08f);
    FloatVector c8 = FloatVector.broadcast(SPECIES, 0.09f);
    FloatVector c9 = FloatVector.broadcast(SPECIES, 0.10f);
    FloatVector c10 = FloatVector.broadcast(SPECIES, 0.11f);
    FloatVector c11 = FloatVector.broadcast(SPECIES, 0.12f);
    for (int i = 0; i < rounds; i++) {
      c0 = factor.lanewise(FMA, c0, term);
      c1 = factor.lanewise(FMA, c1, term);
      c2 = factor.lanewise(FMA, c2, term);
      c3 = factor.lanewise(FMA, c3, term);
      c4 = factor.lanewise(FMA, c4, term);
      c5 = factor.lanewise(FMA, c5, term);
      c6 = factor.lanewise(FMA, c6, term);
      c7 = factor.lanewise(FMA, c7, term);
      c8 = factor.lanewise(FMA, c8, term);
      c9 = factor.lanewise(FMA, c9, term);
      c10 = factor.lanewise(FMA, c10, term);
      c11 = factor.lanewise(FMA, c11, term);
    }
    FloatVector even = c0.add(c2).add(c4).add(c6.add(c8).add(c10));
    FloatVector odd = c1.add(c3).add(c5).add(c7.add(c9).add(c11));
    return even.add(odd).lane(0);
  }
}
