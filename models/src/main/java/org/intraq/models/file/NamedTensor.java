package org.intraq.models.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * One tensor of a weight file: name, element type, shape, and elements in row-major order that are
 * read from the file when they are asked for, and each time they are asked for.
 */
public final class NamedTensor {
  /** The longest array that every Java virtual machine can make. */
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final String file;
  private final String name;
  private final ElementType type;
  private final int[] shape;
  private final long size;
  private final TensorBytes data;

  NamedTensor(String file, String name, ElementType type, int[] shape, TensorBytes data) {
    this.file = file;
    this.name = Objects.requireNonNull(name, "name");
    this.type = Objects.requireNonNull(type, "type");
    this.shape = shape.clone();
    this.size = elements(shape);
    this.data = data;
  }

  /** A tensor in memory out of little-endian bytes, for instance packed codes as U8; copied. */
  public static NamedTensor ofBytes(String name, ElementType type, byte[] bytes, int... shape) {
    NamedTensor t =
        new NamedTensor("memory", name, type, shape, new TensorBytes.Memory(bytes.clone()));
    if (t.size * type.bytes() != bytes.length) {
      throw new IllegalArgumentException(
          "NamedTensor.ofBytes: %s has %d bytes, but %s %s takes %d"
              .formatted(name, bytes.length, type, Arrays.toString(shape), t.size * type.bytes()));
    }
    return t;
  }

  /** An F32 tensor in memory; the values are copied. */
  public static NamedTensor ofFloats(String name, float[] values, int... shape) {
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
    out.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return ofBytes(name, ElementType.F32, out.array(), shape);
  }

  /** An F64 tensor in memory; the values are copied. */
  public static NamedTensor ofDoubles(String name, double[] values, int... shape) {
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(8, values.length));
    out.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
    return ofBytes(name, ElementType.F64, out.array(), shape);
  }

  /** An I32 tensor in memory; the values are copied. */
  public static NamedTensor ofInts(String name, int[] values, int... shape) {
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
    out.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
    return ofBytes(name, ElementType.I32, out.array(), shape);
  }

  /** An I64 tensor in memory; the values are copied. */
  public static NamedTensor ofLongs(String name, long[] values, int... shape) {
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(8, values.length));
    out.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
    return ofBytes(name, ElementType.I64, out.array(), shape);
  }

  /** The same tensor under another name; shares the data. */
  public NamedTensor withName(String other) {
    return new NamedTensor(file, other, type, shape, data);
  }

  /** The name, as the file gives it. */
  public String name() {
    return name;
  }

  /** The type of the stored elements. */
  public ElementType type() {
    return type;
  }

  /** The shape, outermost dimension first; empty for a scalar. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of elements, the product of the shape; 1 for a scalar. */
  public long size() {
    return size;
  }

  /** The number of bytes the elements take. */
  public long sizeBytes() {
    return size * type.bytes();
  }

  /**
   * All elements as float: exact for F32, F16, BF16, BOOL and integers below 2^24, else rounded to
   * nearest even.
   *
   * @throws WeightFileException when the file fails, or holds more elements than an array can
   */
  public float[] toFloats() {
    float[] out = new float[arrayLength(size)];
    int[] at = {0};
    data.stream(
        (chunk, length) -> {
          type.toFloats(chunk, length / type.bytes(), out, at[0]);
          at[0] += length / type.bytes();
        });
    return out;
  }

  /** All elements as double; exact except for 64-bit integers beyond 2^53. */
  public double[] toDoubles() {
    double[] out = new double[arrayLength(size)];
    int[] at = {0};
    data.stream(
        (chunk, length) -> {
          type.toDoubles(chunk, length / type.bytes(), out, at[0]);
          at[0] += length / type.bytes();
        });
    return out;
  }

  /**
   * All elements of an integer or BOOL tensor as long (U64 keeps its bits).
   *
   * @throws WeightFileException also when the elements are of a floating-point type
   */
  public long[] toLongs() {
    if (type.isFloatingPoint()) {
      throw failure("is " + type + ", not of an integer type");
    }
    long[] out = new long[arrayLength(size)];
    int[] at = {0};
    data.stream(
        (chunk, length) -> {
          type.toLongs(chunk, length / type.bytes(), out, at[0]);
          at[0] += length / type.bytes();
        });
    return out;
  }

  /** All elements as stored: dense, row-major, little endian. */
  public byte[] toBytes() {
    byte[] out = new byte[arrayLength(sizeBytes())];
    int[] at = {0};
    data.stream(
        (chunk, length) -> {
          System.arraycopy(chunk, 0, out, at[0], length);
          at[0] += length;
        });
    return out;
  }

  TensorBytes data() {
    return data;
  }

  private int arrayLength(long length) {
    if (length > LONGEST_ARRAY) {
      throw failure("takes " + length + " array elements, more than a Java array holds");
    }
    return (int) length;
  }

  private WeightFileException failure(String reason) {
    return new WeightFileException(
        file, "tensor " + WeightFileException.quote(name) + " " + reason);
  }

  /**
   * The product of a shape, 1 for an empty one.
   *
   * @throws ArithmeticException when it exceeds 2^59, so that sizes in bytes cannot overflow
   * @throws IllegalArgumentException when a dimension is negative
   */
  static long elements(int[] shape) {
    boolean empty = false;
    for (int d : shape) {
      if (d < 0) {
        throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
      }
      empty |= d == 0;
    }
    long product = 1;
    for (int d : shape) {
      product = empty ? 0 : Math.multiplyExact(product, (long) d);
    }
    if (product > 1L << 59) {
      throw new ArithmeticException("shape " + Arrays.toString(shape) + " is too large");
    }
    return product;
  }

  /** Name, type and shape, for instance {@code conv1.weight F32 [16, 3, 3, 3]}. */
  @Override
  public String toString() {
    return name + " " + type + " " + Arrays.toString(shape);
  }
}
