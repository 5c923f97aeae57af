package org.intraq.models.file;

/**
 * UINT4 and INT4 elements, handed out one a byte. Source: {@code onnx.proto}, ONNX 1.20: two
 * elements a byte, the first one in the low half; the high half of the last byte of an odd number
 * of elements is padding.
 *
 * @param packed the bytes
 * @param elements how many
 * @param signed whether the high bit of an element is its sign
 */
record OnnxNibbles(TensorBytes packed, long elements, boolean signed) implements TensorBytes {
  /** Bytes that so many elements take. */
  static long packedBytes(long elements) {
    return (elements + 1) / 2;
  }

  @Override
  public void stream(Sink sink) {
    byte[] out = new byte[(int) Math.min(2L * CHUNK_BYTES, elements)];
    long[] left = {elements};
    packed.stream(
        (chunk, length) -> {
          int n = (int) Math.min(2L * length, left[0]);
          for (int i = 0; i < n; i++) {
            int nibble = chunk[i / 2] >> (i % 2 * 4) & 15;
            out[i] = (byte) (signed ? nibble << 28 >> 28 : nibble);
          }
          left[0] -= n;
          sink.accept(out, n);
        });
  }
}
