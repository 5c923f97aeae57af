package org.intraq.deploy;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.LowBitOps;
import org.intraq.tensor.backend.Scope;

/**
 * The memory of a program on a device for a number of images: buffers for all values, allocated
 * once, and the weights, which come to the device when the step that reads them is first bound.
 */
final class DeviceMachine implements AutoCloseable {
  private final Backend backend;
  private final LowBitOps ops;
  private final Layout layout;
  private final int capacity;
  private final Scope scope;
  private final Tensor codes;
  private final Tensor floats;
  private final Map<Object, Tensor> constants = new IdentityHashMap<>();
  private final Map<Step, LowBitOps.Layer> layers = new IdentityHashMap<>();

  /** Allocates the buffers for {@code capacity} images at a time. */
  DeviceMachine(Backend backend, LowBitOps ops, Layout layout, int capacity) {
    this.backend = backend;
    this.ops = ops;
    this.layout = layout;
    this.capacity = capacity;
    this.scope = new Scope(backend, "integer network");
    this.codes = scope.allocate(DType.U8, buffer(layout.codes()));
    this.floats = scope.allocate(DType.F32, buffer(layout.floats()));
  }

  private Shape buffer(int elements) {
    return Shape.of(Math.max(1, Math.multiplyExact(elements, capacity)));
  }

  Backend backend() {
    return backend;
  }

  LowBitOps ops() {
    return ops;
  }

  int capacity() {
    return capacity;
  }

  /** All codes, as {@link #at} counts them. */
  Tensor codes() {
    return codes;
  }

  /** All floats, as {@link #at} counts them. */
  Tensor floats() {
    return floats;
  }

  /** First element of a value, in {@link #codes} or {@link #floats}. */
  int at(Value value) {
    return layout.offset(value) * capacity;
  }

  /** A value as a tensor [n, h, w, c]. */
  Tensor tensor(Value value, int n) {
    return window(value, Shape.of(n, value.h(), value.w(), value.c()));
  }

  /** A value as a matrix [n, h * w * c]. */
  Tensor matrix(Value value, int n) {
    return window(value, Shape.of(n, value.size()));
  }

  /** The first elements of a value in another shape. */
  Tensor window(Value value, Shape shape) {
    Tensor all = value.isCodes() ? codes : floats;
    return new Tensor(all.storage(), all.offset() + at(value), shape);
  }

  /** Numbers on the device; the same tensor for the same array. */
  Tensor constant(float[] values) {
    return constants.computeIfAbsent(values, unused -> scope.of(values, values.length));
  }

  /** Weights as floats on the device, in the engine's order. */
  Tensor constant(FloatWeights weights, int... extents) {
    Tensor all =
        constants.computeIfAbsent(
            weights,
            unused -> {
              float[] values = new float[weights.size()];
              weights.unpack(values);
              return scope.of(values, values.length);
            });
    return all.reshape(extents);
  }

  /** Room for integers [n, h, w, c] beside a value, of use to one step. */
  Tensor ints(Value value, int n) {
    Tensor all =
        constants.computeIfAbsent(value, unused -> scope.s32(Math.max(1, capacity * value.size())));
    return all.slice(0, n * value.size()).reshape(n, value.h(), value.w(), value.c());
  }

  /** The layer of a step, made when it is first asked for. */
  LowBitOps.Layer layer(Step step, Supplier<LowBitOps.Layer> make) {
    return layers.computeIfAbsent(step, unused -> make.get());
  }

  /** Codes to floats; does nothing where {@code from} is floats. */
  Runnable toFloats(Value from, Value to, int n, boolean whole) {
    if (!from.isCodes()) {
      return () -> {};
    }
    Tensor x = tensor(from, n);
    Tensor y = tensor(to, n);
    int zero = from.quantizer().zero();
    float m = whole ? 1 : from.quantizer().m();
    return () -> ops.values(x, zero, m, y);
  }

  @Override
  public void close() {
    List<LowBitOps.Layer> all = new ArrayList<>(layers.values());
    layers.clear();
    all.forEach(LowBitOps.Layer::close);
    scope.close();
  }
}
