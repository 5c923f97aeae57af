package org.intraq.tensor.backend;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;

/**
 * Owns the buffers allocated through it and gives them back for reuse when it closes.
 *
 * <p>One scope per step makes a steady state that allocates nothing: the second step finds the
 * first one's buffers in the backend's pool. A scope belongs to one thread.
 *
 * <pre>{@code
 * try (Scope scope = new Scope(backend, "step")) {
 *   Tensor y = scope.f32(n, h, w, c);   // contents undefined
 *   ...
 * }                                      // y is dead, its memory pooled
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final Backend backend;
  private final String name;
  private final Set<Storage> owned = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  /** Opens a scope; {@code name} appears in its errors. */
  public Scope(Backend backend, String name) {
    this.backend = backend;
    this.name = name;
  }

  /** The backend whose memory this scope hands out. */
  public Backend backend() {
    return backend;
  }

  /** An F32 tensor with undefined contents. */
  public Tensor f32(int... extents) {
    return allocate(DType.F32, Shape.of(extents));
  }

  /** An F32 tensor with undefined contents. */
  public Tensor f32(Shape shape) {
    return allocate(DType.F32, shape);
  }

  /** An S32 tensor with undefined contents. */
  public Tensor s32(int... extents) {
    return allocate(DType.S32, Shape.of(extents));
  }

  /** An F32 tensor of zeros. */
  public Tensor zeros(Shape shape) {
    Tensor tensor = f32(shape);
    backend.memory().fill(tensor, 0f);
    return tensor;
  }

  /** A copy of host values on this scope's device. */
  public Tensor of(float[] values, int... extents) {
    Tensor tensor = f32(extents);
    backend.memory().upload(values, 0, tensor);
    return tensor;
  }

  /** A copy of host values on this scope's device. */
  public Tensor of(int[] values, int... extents) {
    Tensor tensor = s32(extents);
    backend.memory().upload(values, 0, tensor);
    return tensor;
  }

  /**
   * A tensor with undefined contents.
   *
   * @throws IllegalStateException if the scope has closed
   */
  public Tensor allocate(DType dtype, Shape shape) {
    if (closed) {
      throw new IllegalStateException(
          "scope '"
              + name
              + "': expected an open scope to allocate "
              + dtype
              + shape
              + ", got a closed one");
    }
    Storage storage = backend.memory().allocate(dtype, shape.size());
    owned.add(storage);
    return new Tensor(storage, storage.first(), shape);
  }

  /** Whether this scope owns the memory of {@code tensor}. */
  public boolean owns(Tensor tensor) {
    return owned.contains(tensor.storage());
  }

  /** Gives the memory of {@code tensor} (and of all its views) back before the scope closes. */
  public void release(Tensor tensor) {
    if (!owned.remove(tensor.storage())) {
      throw new IllegalStateException(
          "scope '" + name + "': release of " + tensor + ", which it does not own");
    }
    backend.memory().release(tensor.storage());
  }

  /**
   * Hands the memory of {@code tensor} over to {@code destination}, so that it survives this scope.
   *
   * @throws IllegalStateException if this scope does not own it, or the destination has closed or
   *     belongs to another backend; the tensor stays where it is then
   */
  public Tensor moveTo(Scope destination, Tensor tensor) {
    if (destination.closed || destination.backend != backend) {
      throw new IllegalStateException(
          "scope '"
              + name
              + "': expected an open scope of the same backend to move "
              + tensor
              + " to, got "
              + (destination.closed ? "the closed" : "another backend's")
              + " scope '"
              + destination.name
              + "'");
    }
    if (!owned.remove(tensor.storage())) {
      throw new IllegalStateException(
          "scope '" + name + "': move of " + tensor + ", which it does not own");
    }
    destination.owned.add(tensor.storage());
    return tensor;
  }

  /** Number of buffers owned; zero after {@link #close()}. */
  public int liveBuffers() {
    return owned.size();
  }

  /** Gives every buffer back; closing twice does nothing. */
  @Override
  public void close() {
    closed = true;
    for (Storage storage : owned) {
      backend.memory().release(storage);
    }
    owned.clear();
  }
}
