package org.intraq.tensor.kernel.elementary;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatMath} of the elements of arrays: the same operations in the same order, so the same
 * bits.
 *
 * <p>Arrays, because a method that takes and gives a vector is a call wherever C2 has compiled it
 * by itself first (its machine code is larger than what C2 inlines then), and both vectors become
 * objects: three JVMs of eight, a third of the speed.
 */
public final class VectorMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /**
   * e^x of nothing larger is subnormal or infinite: 2^n is one factor, and its product is exact.
   */
  private static final float NORMAL = 86f;

  private static final int ONE_BITS = Float.floatToRawIntBits(1f);

  private VectorMath() {}

  /** y = {@link FloatMath#exp}(x), element by element; y may be x. */
  public static void exp(int count, float[] x, int xFrom, float[] y, int yFrom) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      exp(x, xFrom + i, y, yFrom + i);
    }
    for (; i < count; i++) {
      y[yFrom + i] = FloatMath.exp(x[xFrom + i]);
    }
  }

  /**
   * One vector, so that calls are counted: with a softmax of 160 vectors an iteration a loop in
   * here would not be compiled within a hundred iterations.
   */
  private static void exp(float[] x, int xAt, float[] y, int yAt) {
    FloatVector value = FloatVector.fromArray(F, x, xAt);
    if (value.lanewise(ABS).compare(GT, NORMAL).anyTrue()) {
      expFar(x, xAt, y, yAt);
      return;
    }
    FloatVector rounder = FloatVector.broadcast(F, FloatMath.ROUNDER);
    FloatVector shifted = value.lanewise(FMA, FloatVector.broadcast(F, FloatMath.LOG2_E), rounder);
    FloatVector n = shifted.sub(rounder);
    FloatVector r = n.lanewise(FMA, FloatVector.broadcast(F, -FloatMath.LN2_HIGH), value);
    r = n.lanewise(FMA, FloatVector.broadcast(F, -FloatMath.LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(F, FloatMath.EXP_4);
    p = p.lanewise(FMA, r, FloatVector.broadcast(F, FloatMath.EXP_3));
    p = p.lanewise(FMA, r, FloatVector.broadcast(F, FloatMath.EXP_2));
    p = p.lanewise(FMA, r, FloatVector.broadcast(F, FloatMath.EXP_1));
    p = p.lanewise(FMA, r, FloatVector.broadcast(F, FloatMath.EXP_0));
    FloatVector e = r.mul(r).lanewise(FMA, p, r).add(1f);
    // The low nine bits of the rounder are zero: what the shift leaves is n, at the exponent.
    IntVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS);
    e.mul(power.reinterpretAsFloats()).intoArray(y, yAt);
  }

  /** A vector that has results beyond the normal numbers or near their ends. */
  private static void expFar(float[] x, int xAt, float[] y, int yAt) {
    for (int lane = 0; lane < LANES; lane++) {
      y[yAt + lane] = FloatMath.exp(x[xAt + lane]);
    }
  }

  /** y = {@link FloatMath#logFraction}(n), element by element. */
  public static void logFraction(int count, int[] n, int nFrom, float[] y, int yFrom) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector value = (FloatVector) IntVector.fromArray(I, n, nFrom + i).convert(I2F, 0);
      IntVector shifted = value.reinterpretAsInts().sub(FloatMath.SQRT_HALF_BITS);
      FloatVector k = (FloatVector) shifted.lanewise(ASHR, 23).sub(24).convert(I2F, 0);
      FloatVector f =
          shifted.and(0x7fffff).add(FloatMath.SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
      FloatVector p = FloatVector.broadcast(F, FloatMath.LOG_7);
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_6));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_5));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_4));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_3));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_2));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_1));
      p = p.lanewise(FMA, f, FloatVector.broadcast(F, FloatMath.LOG_0));
      FloatVector square = f.mul(f);
      FloatVector tail = f.mul(square).lanewise(FMA, p, square.mul(-0.5f));
      FloatVector low = f.add(k.lanewise(FMA, FloatVector.broadcast(F, FloatMath.LN2_LOW), tail));
      k.lanewise(FMA, FloatVector.broadcast(F, FloatMath.LN2_HIGH), low).intoArray(y, yFrom + i);
    }
    for (; i < count; i++) {
      y[yFrom + i] = FloatMath.logFraction(n[nFrom + i]);
    }
  }

  /** y = {@link FloatMath#sinTurn}(t), element by element. */
  public static void sinTurn(int count, int[] t, int tFrom, float[] y, int yFrom) {
    IntVector halfTurn = IntVector.broadcast(I, 1 << 23);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      IntVector signed = IntVector.fromArray(I, t, tFrom + i).lanewise(LSHL, 8).lanewise(ASHR, 8);
      VectorMask<Integer> above = signed.compare(GT, 1 << 22);
      VectorMask<Integer> below = signed.compare(LT, -(1 << 22));
      IntVector folded =
          signed.blend(halfTurn.sub(signed), above).blend(halfTurn.neg().sub(signed), below);
      FloatVector x = ((FloatVector) folded.convert(I2F, 0)).mul(0x1p-22f);
      FloatVector square = x.mul(x);
      FloatVector p = FloatVector.broadcast(F, FloatMath.SIN_4);
      p = p.lanewise(FMA, square, FloatVector.broadcast(F, FloatMath.SIN_3));
      p = p.lanewise(FMA, square, FloatVector.broadcast(F, FloatMath.SIN_2));
      p = p.lanewise(FMA, square, FloatVector.broadcast(F, FloatMath.SIN_1));
      p = p.lanewise(FMA, square, FloatVector.broadcast(F, FloatMath.SIN_0));
      x.lanewise(FMA, p, x).intoArray(y, yFrom + i);
    }
    for (; i < count; i++) {
      y[yFrom + i] = FloatMath.sinTurn(t[tFrom + i]);
    }
  }
}
