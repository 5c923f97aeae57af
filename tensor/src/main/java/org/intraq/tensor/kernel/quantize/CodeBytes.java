package org.intraq.tensor.kernel.quantize;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.elementary.FloatMath;

/**
 * Stores clamped values as signed bytes.
 *
 * <p>Adding 1.5 * 2^23 rounds a value half to even and leaves the whole number in the low bits of
 * the float's representation, in two's complement; its lowest byte is the code.
 */
final class CodeBytes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Whether a byte vector with as many lanes exists: not for the four floats of 128 bits. */
  static final boolean VECTOR = FLOATS.length() >= 8;

  private static final VectorSpecies<Byte> BYTES =
      FLOATS.length() == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  private CodeBytes() {}

  /** Writes the codes of |clamped| &lt;= 128 to {@code codes[at]} on; NaN becomes 0. */
  static void store(FloatVector clamped, byte[] codes, int at) {
    FloatVector shifted = clamped.add(FloatMath.ROUNDER);
    IntVector bits = shifted.reinterpretAsInts();
    bits = bits.blend(0, shifted.test(VectorOperators.IS_NAN).cast(bits.species()));
    ((ByteVector) bits.convertShape(VectorOperators.I2B, BYTES, 0)).intoArray(codes, at);
  }
}
