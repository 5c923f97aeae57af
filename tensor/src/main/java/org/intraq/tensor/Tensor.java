package org.intraq.tensor;

/**
 * A dense row-major array of numbers on one device.
 *
 * <p>Activations are [N, H, W, C] (channels last), convolution weights [KH, KW, IC / groups, OC],
 * matrices [rows, columns]. A tensor is a window on a {@link Storage}: {@link #reshape} and {@link
 * #slice} give views that share it.
 */
public final class Tensor {
  private final Storage storage;
  private final int offset;
  private final Shape shape;

  /** A tensor over {@code storage} from element {@code offset} on. */
  public Tensor(Storage storage, int offset, Shape shape) {
    if (offset < 0 || (long) offset + shape.size() > storage.length()) {
      throw new IllegalArgumentException(
          "tensor: expected "
              + shape
              + " from element "
              + offset
              + " to lie in a storage of "
              + storage.length());
    }
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
  }

  /** A CPU tensor over a caller's array, without copying. */
  public static Tensor wrap(float[] values, int... extents) {
    return new Tensor(new HeapStorage(DType.F32, values.length, values), 0, Shape.of(extents));
  }

  /** A CPU tensor over a caller's array, without copying. */
  public static Tensor wrap(int[] values, int... extents) {
    return new Tensor(new HeapStorage(DType.S32, values.length, values), 0, Shape.of(extents));
  }

  /**
   * A CPU tensor of {@link DType#U8} or {@link DType#S8} over a caller's array, without copying.
   */
  public static Tensor wrap(DType dtype, byte[] values, int... extents) {
    if (dtype.bytes() != 1) {
      throw new IllegalArgumentException(
          "tensor: expected U8 or S8 for a byte array, got " + dtype);
    }
    return new Tensor(new HeapStorage(dtype, values.length, values), 0, Shape.of(extents));
  }

  /** The memory this tensor is a window on. */
  public Storage storage() {
    return storage;
  }

  /** First element within the storage. */
  public int offset() {
    return offset;
  }

  /** The extents. */
  public Shape shape() {
    return shape;
  }

  /** Number of elements. */
  public int size() {
    return shape.size();
  }

  /** Extent of one dimension; negative axes count from the end. */
  public int extent(int axis) {
    return shape.extent(axis);
  }

  /** Element type. */
  public DType dtype() {
    return storage.dtype();
  }

  /** Device that holds the elements. */
  public Device device() {
    return storage.device();
  }

  /** The same elements under other extents. */
  public Tensor reshape(int... extents) {
    Shape reshaped = Shape.of(extents);
    if (reshaped.size() != shape.size()) {
      throw new IllegalArgumentException(
          "reshape: expected " + shape.size() + " elements as in " + shape + ", got " + reshaped);
    }
    return new Tensor(storage, offset, reshaped);
  }

  /** A view of indices [from, to) of the outermost dimension. */
  public Tensor slice(int from, int to) {
    int outer = shape.rank() == 0 ? 0 : shape.extent(0);
    if (shape.rank() == 0 || from < 0 || to < from || to > outer) {
      throw new IllegalArgumentException(
          "slice: expected 0 <= from <= to <= "
              + outer
              + " of "
              + shape
              + ", got ["
              + from
              + ", "
              + to
              + ")");
    }
    int[] extents = shape.toArray();
    extents[0] = to - from;
    int inner = outer == 0 ? 0 : shape.size() / outer;
    return new Tensor(storage, offset + from * inner, Shape.of(extents));
  }

  /** The backing array of an F32 tensor on the CPU; elements start at {@link #offset()}. */
  public float[] floats() {
    return (float[]) heap(DType.F32);
  }

  /** The backing array of an S32 tensor on the CPU; elements start at {@link #offset()}. */
  public int[] ints() {
    return (int[]) heap(DType.S32);
  }

  /** The backing array of a U8 or S8 tensor on the CPU; elements start at {@link #offset()}. */
  public byte[] bytes() {
    return (byte[]) heap(dtype() == DType.S8 ? DType.S8 : DType.U8);
  }

  private Object heap(DType expected) {
    if (!(storage instanceof HeapStorage heapStorage)) {
      throw new IllegalStateException(
          "tensor: expected a CPU tensor, got " + this + "; copy it with MemoryOps.download first");
    }
    if (heapStorage.dtype() != expected) {
      throw new IllegalStateException("tensor: expected " + expected + ", got " + this);
    }
    return heapStorage.array();
  }

  /** As {@code F32[2, 32, 32, 3] on cpu}. */
  @Override
  public String toString() {
    return dtype() + shape.toString() + " on " + device();
  }
}
