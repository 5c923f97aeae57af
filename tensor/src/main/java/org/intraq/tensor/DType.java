package org.intraq.tensor;

/** The element types of tensors. */
public enum DType {
  /** IEEE 754 binary32. */
  F32(Float.BYTES),
  /** Signed 32-bit integers: labels, indices, accumulators of integer kernels. */
  S32(Integer.BYTES),
  /** Unsigned bytes: image samples, activation codes. */
  U8(Byte.BYTES),
  /** Signed bytes: weight codes. */
  S8(Byte.BYTES);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
