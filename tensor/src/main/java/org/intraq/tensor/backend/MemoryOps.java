package org.intraq.tensor.backend;

import org.intraq.tensor.DType;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;

/** Allocation from a pool of reused buffers, copies between host and device, and layout changes. */
public interface MemoryOps {
  /** A storage with undefined contents, from the pool where one fits. */
  Storage allocate(DType dtype, int length);

  /**
   * Gives a storage back to the pool; every tensor on it is dead from then on.
   *
   * @throws IllegalStateException if it was released before
   */
  void release(Storage storage);

  /** Number of storages allocated and not released: a leak check compares it before and after. */
  long liveStorages();

  /** Bytes of live storages. */
  long liveBytes();

  /** Largest {@link #liveBytes()} since the last {@link #resetPeak()}. */
  long peakBytes();

  /** Starts a new measurement of {@link #peakBytes()}. */
  void resetPeak();

  /** Copies {@code target.size()} host values from {@code source[from]} on to the tensor. */
  void upload(float[] source, int from, Tensor target);

  /** Copies {@code target.size()} host values from {@code source[from]} on to the tensor. */
  void upload(int[] source, int from, Tensor target);

  /** Copies {@code target.size()} host values from {@code source[from]} on to a U8 or S8 tensor. */
  void upload(byte[] source, int from, Tensor target);

  /** Copies the tensor to {@code target[to]} on. */
  void download(Tensor source, float[] target, int to);

  /** Copies the tensor to {@code target[to]} on. */
  void download(Tensor source, int[] target, int to);

  /** Copies the tensor to {@code target[to]} on. */
  void download(Tensor source, byte[] target, int to);

  /** Copies {@code source} to {@code target} of the same type and size on the same device. */
  void copy(Tensor source, Tensor target);

  /** Sets every element of an F32 or S32 tensor to {@code value}. */
  void fill(Tensor target, float value);

  /** y[n, h, w, c] = x[n, c, h, w]. */
  void nchwToNhwc(Tensor x, Tensor y);

  /** y[n, c, h, w] = x[n, h, w, c]. */
  void nhwcToNchw(Tensor x, Tensor y);

  /** A host copy of an F32 tensor. */
  default float[] toArray(Tensor source) {
    float[] values = new float[source.size()];
    download(source, values, 0);
    return values;
  }

  /** The single element of an F32 tensor of size one. */
  default float item(Tensor source) {
    if (source.size() != 1) {
      throw new IllegalArgumentException("item: expected one element, got " + source);
    }
    return toArray(source)[0];
  }
}
