package org.intraq.models.file;

/**
 * The elements of a strided view of a storage, gathered in row-major order.
 *
 * @param source the storage's bytes
 * @param elementBytes bytes of one element
 * @param offset the first element, in elements
 * @param shape the view's shape
 * @param stride distance along each dimension, in elements
 */
@SuppressWarnings("ArrayRecordComponent")
record StridedBytes(ByteSource source, int elementBytes, long offset, int[] shape, long[] stride)
    implements TensorBytes {
  /** Where the elements come from: one range when they lie dense, else a gathering of them. */
  static TensorBytes of(
      ByteSource source, int elementBytes, long offset, int[] shape, long[] stride) {
    long dense = 1;
    boolean isDense = true;
    for (int d = shape.length - 1; d >= 0; d--) {
      isDense &= shape[d] == 1 || stride[d] == dense;
      dense *= shape[d];
    }
    if (isDense || dense == 0) {
      return new TensorBytes.Range(source, offset * elementBytes, dense * elementBytes);
    }
    return new StridedBytes(source, elementBytes, offset, shape, stride);
  }

  /**
   * The number of storage elements from a view's first to its last, 0 when it has none.
   *
   * @throws ArithmeticException when it exceeds 2^63
   */
  static long extent(int[] shape, long[] stride) {
    long last = 0;
    for (int d = 0; d < shape.length; d++) {
      if (shape[d] == 0) {
        return 0;
      }
      last = Math.addExact(last, Math.multiplyExact(shape[d] - 1L, stride[d]));
    }
    return Math.addExact(last, 1);
  }

  @Override
  public void stream(Sink sink) {
    long elements = NamedTensor.elements(shape);
    long extent = extent(shape, stride);
    if (Math.max(elements, extent) * elementBytes > Integer.MAX_VALUE - 8) {
      throw source.failure(
          "a transposed or sliced tensor of %d elements over %d is too large"
              .formatted(elements, extent));
    }
    byte[] from = source.bytes(offset * elementBytes, (int) extent * elementBytes);
    byte[] to = new byte[(int) elements * elementBytes];
    int rank = shape.length;
    int[] index = new int[rank];
    int at = 0;
    for (int out = 0; out < to.length; out += elementBytes) {
      System.arraycopy(from, at * elementBytes, to, out, elementBytes);
      // Odometer: the innermost dimension runs fastest; a full one goes back and carries.
      for (int d = rank - 1; d >= 0; d--) {
        at += (int) stride[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= (int) stride[d] * shape[d];
        index[d] = 0;
      }
    }
    sink.accept(to, to.length);
  }
}
