package org.intraq.tensor;

/**
 * The memory behind one or more tensors; made by a backend's {@link
 * org.intraq.tensor.backend.MemoryOps}.
 *
 * <p>A storage is either live or released. The pooled memory of a released storage may already
 * serve another one, so every access through the old object throws.
 */
public interface Storage {
  /** Device that owns the memory. */
  Device device();

  /** Element type. */
  DType dtype();

  /** Number of elements. */
  int length();

  /** The element at which a tensor over all of it begins; those before only align it. */
  default int first() {
    return 0;
  }

  /** False once the owning scope has closed or released it. */
  boolean isLive();
}
