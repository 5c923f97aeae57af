package org.intraq.bench.harness;

import java.util.Arrays;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/**
 * A tensor of a problem, with its contents on the host.
 *
 * @param kind what its dimensions mean
 * @param extents in the engine's order
 * @param values float[] or int[]
 */
public record Operand(Kind kind, int[] extents, Object values) {
  /** What the dimensions mean, so that other libraries can have their own order. */
  public enum Kind {
    /** [N, H, W, C]. */
    ACTIVATION,
    /** [KH, KW, IC / groups, OC]. */
    CONV_WEIGHT,
    /** Anything whose order is the same everywhere. */
    PLAIN
  }

  /** Random signed values in [-1, 1). */
  public static Operand random(Kind kind, long seed, int... extents) {
    return new Operand(kind, extents, Data.signed(seed, size(extents)));
  }

  /** Activations. */
  public static Operand activation(long seed, int... extents) {
    return random(Kind.ACTIVATION, seed, extents);
  }

  /** Something whose order is the same everywhere. */
  public static Operand plain(long seed, int... extents) {
    return random(Kind.PLAIN, seed, extents);
  }

  /** Given values. */
  public static Operand of(float[] values, int... extents) {
    return new Operand(Kind.PLAIN, extents, values);
  }

  /** Given whole numbers. */
  public static Operand of(int[] values, int... extents) {
    return new Operand(Kind.PLAIN, extents, values);
  }

  /** What an operation writes: no contents. */
  public static Operand result(Kind kind, int... extents) {
    return new Operand(kind, extents, null);
  }

  /** The values of a float operand. */
  public float[] floats() {
    return (float[]) values;
  }

  /** Number of elements. */
  public int size() {
    return size(extents);
  }

  /** Puts it on a device. */
  public Tensor upload(Scope scope) {
    if (values instanceof int[] ints) {
      return scope.of(ints, extents);
    }
    return values == null ? scope.f32(extents) : scope.of(floats(), extents);
  }

  private static int size(int[] extents) {
    return Arrays.stream(extents).reduce(1, Math::multiplyExact);
  }
}
