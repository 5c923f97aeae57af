package org.intraq.tensor.kernel.elementary;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link FloatMath} lane by lane: the same operations in the same order, so the same bits. */
public final class VectorMath {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private VectorMath() {}

  /** {@link FloatMath#exp} of every lane. */
  public static FloatVector exp(FloatVector x) {
    // Comparisons with NaN are false, so NaN passes both bounds.
    FloatVector bounded =
        x.blend(FloatMath.EXP_LOWEST, x.compare(VectorOperators.LT, FloatMath.EXP_LOWEST));
    bounded =
        bounded.blend(
            FloatMath.EXP_HIGHEST, bounded.compare(VectorOperators.GT, FloatMath.EXP_HIGHEST));
    FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
    FloatVector shifted = bounded.fma(FloatVector.broadcast(SPECIES, FloatMath.LOG2_E), rounder);
    FloatVector n = shifted.sub(rounder);
    FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -FloatMath.LN2_HIGH), bounded);
    r = n.fma(FloatVector.broadcast(SPECIES, -FloatMath.LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
    p = p.fma(r, FloatVector.broadcast(SPECIES, FloatMath.EXP_3));
    p = p.fma(r, FloatVector.broadcast(SPECIES, FloatMath.EXP_2));
    p = p.fma(r, FloatVector.broadcast(SPECIES, FloatMath.EXP_1));
    p = p.fma(r, FloatVector.broadcast(SPECIES, FloatMath.EXP_0));
    FloatVector e = r.mul(r).fma(p, r).add(1f);
    IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    return e.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
  }

  private static FloatVector powerOfTwo(IntVector exponent) {
    return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** {@link FloatMath#logFraction} of every lane. */
  public static FloatVector logFraction(IntVector n) {
    FloatVector value = (FloatVector) n.convert(VectorOperators.I2F, 0);
    IntVector shifted = value.reinterpretAsInts().sub(FloatMath.SQRT_HALF_BITS);
    FloatVector k =
        (FloatVector)
            shifted.lanewise(VectorOperators.ASHR, 23).sub(24).convert(VectorOperators.I2F, 0);
    FloatVector f =
        shifted.and(0x7fffff).add(FloatMath.SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
    FloatVector p = FloatVector.broadcast(SPECIES, FloatMath.LOG_7);
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_6));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_5));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_4));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_3));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_2));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_1));
    p = p.fma(f, FloatVector.broadcast(SPECIES, FloatMath.LOG_0));
    FloatVector square = f.mul(f);
    FloatVector tail = f.mul(square).fma(p, square.mul(-0.5f));
    FloatVector low = f.add(k.fma(FloatVector.broadcast(SPECIES, FloatMath.LN2_LOW), tail));
    return k.fma(FloatVector.broadcast(SPECIES, FloatMath.LN2_HIGH), low);
  }

  /** {@link FloatMath#sinTurn} of every lane. */
  public static FloatVector sinTurn(IntVector t) {
    IntVector signed = t.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
    VectorMask<Integer> above = signed.compare(VectorOperators.GT, 1 << 22);
    VectorMask<Integer> below = signed.compare(VectorOperators.LT, -(1 << 22));
    IntVector half = IntVector.broadcast(IntVector.SPECIES_PREFERRED, 1 << 23);
    IntVector folded = signed.blend(half.sub(signed), above).blend(half.neg().sub(signed), below);
    FloatVector y = ((FloatVector) folded.convert(VectorOperators.I2F, 0)).mul(0x1p-22f);
    FloatVector square = y.mul(y);
    FloatVector p = FloatVector.broadcast(SPECIES, FloatMath.SIN_4);
    p = p.fma(square, FloatVector.broadcast(SPECIES, FloatMath.SIN_3));
    p = p.fma(square, FloatVector.broadcast(SPECIES, FloatMath.SIN_2));
    p = p.fma(square, FloatVector.broadcast(SPECIES, FloatMath.SIN_1));
    p = p.fma(square, FloatVector.broadcast(SPECIES, FloatMath.SIN_0));
    return y.fma(p, y);
  }
}
