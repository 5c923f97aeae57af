package org.intraq.tensor.cpu;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.intraq.tensor.DType;
import org.intraq.tensor.HeapStorage;

/**
 * Free lists of Java arrays by capacity, so that a steady state allocates nothing.
 *
 * <p>Capacities are rounded up to one of eight steps a power of two: at most an eighth is wasted,
 * and steps whose shapes differ a little still share buffers.
 *
 * <p>What is stored begins {@link #HEAD} bytes into an array. The elements of a Java array begin 16
 * bytes into its object, and G1 puts an object of more than half a region at the start of one; so
 * the vectors of large tensors lie within cache lines instead of across two. All methods are
 * synchronized: scopes of several threads may share a backend.
 */
final class BufferPool {
  /** To the next multiple of 64 bytes from where an array's elements begin. */
  private static final int HEAD = 48;

  /** Elements of the largest array that JVMs give. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private final Map<Integer, ArrayDeque<float[]>> floats = new HashMap<>();
  private final Map<Integer, ArrayDeque<int[]>> ints = new HashMap<>();
  private final Map<Integer, ArrayDeque<byte[]>> bytes = new HashMap<>();
  private long liveStorages;
  private long liveBytes;
  private long peakBytes;

  synchronized HeapStorage allocate(DType dtype, int length) {
    int first = HEAD / dtype.bytes();
    int capacity = Math.min(capacity(length), LARGEST - first) + first;
    if (capacity - first < length) {
      first = 0; // so near to the largest array there is no room for it
      capacity = LARGEST;
    }
    Object array;
    try {
      array = array(dtype, capacity);
    } catch (OutOfMemoryError e) {
      // Free arrays of other sizes may be what the heap is full of: one stage's after another's.
      floats.clear();
      ints.clear();
      bytes.clear();
      array = array(dtype, capacity);
    }
    liveStorages++;
    liveBytes += (long) (capacity - first) * dtype.bytes();
    peakBytes = Math.max(peakBytes, liveBytes);
    return new HeapStorage(dtype, first + length, first, array);
  }

  private Object array(DType dtype, int capacity) {
    Object free =
        switch (dtype) {
          case F32 -> poll(floats, capacity);
          case S32 -> poll(ints, capacity);
          case U8, S8 -> poll(bytes, capacity);
        };
    if (free != null) {
      return free;
    }
    return switch (dtype) {
      case F32 -> new float[capacity];
      case S32 -> new int[capacity];
      case U8, S8 -> new byte[capacity];
    };
  }

  synchronized void release(HeapStorage storage) {
    Object array = storage.detach();
    if (array == null) {
      throw new IllegalStateException("release: expected a live storage, got one released before");
    }
    int capacity =
        switch (array) {
          case float[] f -> give(floats, f.length, f);
          case int[] i -> give(ints, i.length, i);
          case byte[] b -> give(bytes, b.length, b);
          default -> throw new IllegalStateException("release: unknown array " + array.getClass());
        };
    liveStorages--;
    liveBytes -= (long) (capacity - storage.first()) * storage.dtype().bytes();
  }

  synchronized long liveStorages() {
    return liveStorages;
  }

  synchronized long liveBytes() {
    return liveBytes;
  }

  synchronized long peakBytes() {
    return peakBytes;
  }

  synchronized void resetPeak() {
    peakBytes = liveBytes;
  }

  private static <T> T poll(Map<Integer, ArrayDeque<T>> pool, int capacity) {
    ArrayDeque<T> free = pool.get(capacity);
    return free == null ? null : free.pollLast();
  }

  private static <T> int give(Map<Integer, ArrayDeque<T>> pool, int capacity, T array) {
    pool.computeIfAbsent(capacity, unused -> new ArrayDeque<>()).addLast(array);
    return capacity;
  }

  /** The smallest m * 2^e >= length with 8 <= m <= 16, at least 16. */
  static int capacity(int length) {
    if (length <= 16) {
      return 16;
    }
    int shift = Math.max(0, 28 - Integer.numberOfLeadingZeros(length - 1));
    long rounded = (((long) length + (1L << shift) - 1) >> shift) << shift;
    return (int) Math.min(rounded, LARGEST);
  }
}
