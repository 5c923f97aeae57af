package org.intraq.tensor.kernel.conv2d;

/** Where a pass finds its input: an array, or rows that are computed when they are needed. */
public interface InputRows {
  /** An array that holds rows {@code from} .. {@code to - 1} of image n; see {@link #origin}. */
  float[] load(int n, int from, int to);

  /** The index in that array at which row 0 of image 0 would lie; negative for a part. */
  int origin(int n, int from);

  /** Whether rows lie in memory as they are, rather than having just been computed. */
  default boolean inMemory() {
    return false;
  }

  /** All of the input in one array. */
  static InputRows of(float[] array, int offset) {
    return new InputRows() {
      @Override
      public float[] load(int n, int from, int to) {
        return array;
      }

      @Override
      public int origin(int n, int from) {
        return offset;
      }

      @Override
      public boolean inMemory() {
        return true;
      }
    };
  }
}
