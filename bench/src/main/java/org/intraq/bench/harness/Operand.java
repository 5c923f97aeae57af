package org.intraq.bench.harness;

import java.util.Arrays;
import java.util.function.Supplier;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/**
 * A tensor of a problem; its contents are made when asked for, because a catalogue of all inputs
 * would not fit into memory.
 *
 * @param kind what its dimensions mean
 * @param extents in the engine's order
 * @param contents makes a float[] or int[]; null for a result
 */
public record Operand(Kind kind, int[] extents, Supplier<?> contents) {
  /** What the dimensions mean, so that other libraries can have their own order. */
  public enum Kind {
    /** [N, H, W, C]. */
    ACTIVATION,
    /** [KH, KW, IC / groups, OC]. */
    CONV_WEIGHT,
    /** Whole numbers. */
    INDEX,
    /** Anything whose order is the same everywhere. */
    PLAIN
  }

  /** Random signed values in [-1, 1). */
  public static Operand random(Kind kind, long seed, int... extents) {
    return new Operand(kind, extents, () -> Data.signed(seed, size(extents)));
  }

  /** Activations. */
  public static Operand activation(long seed, int... extents) {
    return random(Kind.ACTIVATION, seed, extents);
  }

  /** Something whose order is the same everywhere. */
  public static Operand plain(long seed, int... extents) {
    return random(Kind.PLAIN, seed, extents);
  }

  /** Random values in [low, high) whose order is the same everywhere. */
  public static Operand uniform(long seed, float low, float high, int... extents) {
    return new Operand(Kind.PLAIN, extents, () -> Data.uniform(seed, size(extents), low, high));
  }

  /** Random whole numbers in [0, bound). */
  public static Operand below(long seed, int bound, int... extents) {
    return new Operand(Kind.INDEX, extents, () -> Data.below(seed, size(extents), bound));
  }

  /** Given values whose order is the same everywhere. */
  public static Operand floats(Supplier<float[]> contents, int... extents) {
    return new Operand(Kind.PLAIN, extents, contents);
  }

  /** Given whole numbers. */
  public static Operand indices(Supplier<int[]> contents, int... extents) {
    return new Operand(Kind.INDEX, extents, contents);
  }

  /** What an operation writes: no contents. */
  public static Operand result(Kind kind, int... extents) {
    return new Operand(kind, extents, null);
  }

  /** The same without contents: what an operation writes. */
  public Operand asResult() {
    return new Operand(kind, extents, null);
  }

  /** Makes the contents, a float[] or int[]. */
  public Object values() {
    return contents.get();
  }

  /** Number of elements. */
  public int size() {
    return size(extents);
  }

  /** Puts it on a device. */
  public Tensor upload(Scope scope) {
    if (contents == null) {
      return kind == Kind.INDEX ? scope.s32(extents) : scope.f32(extents);
    }
    return switch (values()) {
      case int[] ints -> scope.of(ints, extents);
      case float[] floats -> scope.of(floats, extents);
      case Object other -> throw new IllegalStateException("operand: " + other.getClass());
    };
  }

  private static int size(int[] extents) {
    return Arrays.stream(extents).reduce(1, Math::multiplyExact);
  }
}
