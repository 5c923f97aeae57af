package org.intraq.deploy;

import org.intraq.tensor.DType;
import org.intraq.tensor.HeapStorage;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.cpu.CpuBackend;

/** The memory of a program for a number of images, and the kernels it runs on. */
final class Machine {
  /** Vectors may be read past the last element. */
  private static final int PADDING = 64;

  private final CpuBackend backend;
  private final Layout layout;
  private final int capacity;
  private final byte[] codes;
  private final float[] floats;
  private final float[] weights;
  private final HeapStorage storage;
  private final HeapStorage weightStorage;

  /**
   * Allocates everything a program will ever need.
   *
   * @param capacity images at a time
   * @param weights elements of the largest tensor of unpacked weights
   */
  Machine(CpuBackend backend, Layout layout, int capacity, int weights) {
    this.backend = backend;
    this.layout = layout;
    this.capacity = capacity;
    this.codes = new byte[Math.addExact(Math.multiplyExact(layout.codes(), capacity), PADDING)];
    this.floats = new float[Math.addExact(Math.multiplyExact(layout.floats(), capacity), PADDING)];
    this.weights = new float[weights];
    this.storage = new HeapStorage(DType.F32, floats.length, floats);
    this.weightStorage = new HeapStorage(DType.F32, weights, this.weights);
  }

  CpuBackend backend() {
    return backend;
  }

  byte[] codes() {
    return codes;
  }

  float[] floats() {
    return floats;
  }

  /** Room for the unpacked weights of one step. */
  float[] weights() {
    return weights;
  }

  int capacity() {
    return capacity;
  }

  /** First element of a value, in {@link #codes} or {@link #floats}. */
  int at(Value value) {
    return layout.offset(value) * capacity;
  }

  /** A float value as a tensor [n, h, w, c]. */
  Tensor tensor(Value value, int n) {
    return new Tensor(storage, at(value), Shape.of(n, value.h(), value.w(), value.c()));
  }

  /** A float value as a matrix [n, h * w * c]. */
  Tensor matrix(Value value, int n) {
    return new Tensor(storage, at(value), Shape.of(n, value.size()));
  }

  /** The first elements of {@link #weights} as a tensor. */
  Tensor weightTensor(int... extents) {
    return new Tensor(weightStorage, 0, Shape.of(extents));
  }
}
