package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.ADD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums of what has just been computed and what was there. */
final class AddTo {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private AddTo() {}

  /** sums[sumsAt ..] += terms[termsAt ..], {@code count} floats. */
  static void add(float[] terms, int termsAt, float[] sums, int sumsAt, int count) {
    int i = 0;
    for (; i < SPECIES.loopBound(count); i += LANES) {
      FloatVector old = FloatVector.fromArray(SPECIES, sums, sumsAt + i);
      FloatVector.fromArray(SPECIES, terms, termsAt + i)
          .lanewise(ADD, old)
          .intoArray(sums, sumsAt + i);
    }
    for (; i < count; i++) {
      sums[sumsAt + i] += terms[termsAt + i];
    }
  }
}
