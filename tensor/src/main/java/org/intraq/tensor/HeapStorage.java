package org.intraq.tensor;

/** Storage in a Java array; the array may be longer than the storage. */
public final class HeapStorage implements Storage {
  private final DType dtype;
  private final int length;
  private final int first;
  private Object array;

  /** Wraps {@code array}: float[] for F32, int[] for S32, byte[] for U8 and S8. */
  public HeapStorage(DType dtype, int length, Object array) {
    this(dtype, length, 0, array);
  }

  /** The same, for tensors that begin at element {@code first} of the {@code length} ones. */
  public HeapStorage(DType dtype, int length, int first, Object array) {
    this.dtype = dtype;
    this.length = length;
    this.first = first;
    this.array = array;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int first() {
    return first;
  }

  @Override
  public boolean isLive() {
    return array != null;
  }

  /**
   * The backing array.
   *
   * @throws IllegalStateException if the storage was released
   */
  public Object array() {
    if (array == null) {
      throw new IllegalStateException(
          "storage: expected a live buffer, got one whose scope has closed or released it ("
              + dtype
              + " x "
              + length
              + "); keep the tensor in an outer scope if it must live longer");
    }
    return array;
  }

  /** Detaches and returns the array, which makes this storage dead; null if it already was. */
  public Object detach() {
    Object detached = array;
    array = null;
    return detached;
  }
}
