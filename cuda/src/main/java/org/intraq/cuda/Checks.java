package org.intraq.cuda;

import java.util.Arrays;
import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;

/**
 * Argument checks of one device's operations, made before anything is launched; they say what the
 * CPU's say.
 *
 * <p>Every failure is an {@link IllegalArgumentException} of one form: {@code operation: expected
 * what, got what}.
 */
final class Checks {
  private final Device device;

  Checks(Device device) {
    this.device = device;
  }

  /** Where the first element of a live F32 tensor on this device lies. */
  long floats(String operation, String name, Tensor tensor) {
    return address(operation, name, DType.F32, tensor);
  }

  /** Where the first element of a live S32 tensor on this device lies. */
  long ints(String operation, String name, Tensor tensor) {
    return address(operation, name, DType.S32, tensor);
  }

  /** As {@link #ints} for an operation that writes them. */
  long intsWritten(String operation, String name, Tensor tensor) {
    long address = ints(operation, name, tensor);
    ((CudaStorage) tensor.storage()).forget();
    return address;
  }

  /** Where the first element of a live tensor of type {@code dtype} on this device lies. */
  long address(String operation, String name, DType dtype, Tensor tensor) {
    usable(operation, name, dtype, tensor);
    CudaStorage storage = (CudaStorage) tensor.storage();
    return storage.address() + (long) tensor.offset() * dtype.bytes();
  }

  /** Throws unless the tensor is on this device, of type {@code dtype} and not released. */
  void usable(String operation, String name, DType dtype, Tensor tensor) {
    if (tensor == null) {
      throw failure(operation, name + " to be a tensor", "null");
    }
    if (!(tensor.storage() instanceof CudaStorage) || !tensor.device().equals(device)) {
      throw failure(
          operation,
          name + " on " + device + " (copy it with MemoryOps.download and upload first)",
          tensor);
    }
    if (tensor.dtype() != dtype) {
      throw failure(operation, name + " of type " + dtype, tensor);
    }
    if (!tensor.storage().isLive()) {
      throw failure(
          operation,
          name + " in a live buffer (keep it in an outer scope if it must live longer)",
          tensor + ", whose scope has closed or released it");
    }
  }

  /** Throws unless {@code condition} holds; for texts that cost nothing to build. */
  static void require(boolean condition, String operation, String expected, Object got) {
    if (!condition) {
      throw failure(operation, expected, got);
    }
  }

  /** The exception all checks throw. */
  static IllegalArgumentException failure(String operation, String expected, Object got) {
    return new IllegalArgumentException(operation + ": expected " + expected + ", got " + got);
  }

  /** Throws unless the tensor has exactly these extents. */
  static void shape(String operation, String name, Tensor tensor, int... extents) {
    if (!Arrays.equals(tensor.shape().toArray(), extents)) {
      throw failure(operation, name + " of shape " + Shape.of(extents), tensor.shape());
    }
  }

  /** Throws unless both tensors have the same extents. */
  static void sameShape(String operation, String name, Tensor tensor, String like, Tensor other) {
    if (!tensor.shape().equals(other.shape())) {
      throw failure(
          operation, name + " of the shape of " + like + ", " + other.shape(), tensor.shape());
    }
  }

  /** Throws unless the tensor has this number of elements, in whatever shape. */
  static void size(String operation, String name, Tensor tensor, int size) {
    if (tensor.size() != size) {
      throw failure(operation, name + " of " + size + " elements", tensor.shape());
    }
  }

  /** Throws unless the tensor has {@code rank} dimensions. */
  static void rank(String operation, String name, Tensor tensor, int rank) {
    if (tensor.shape().rank() != rank) {
      throw failure(operation, name + " of " + rank + " dimensions", tensor.shape());
    }
  }

  /** The last extent of a tensor of one dimension or more: its number of channels. */
  static int channels(String operation, String name, Tensor tensor) {
    if (tensor.shape().rank() < 1) {
      throw failure(operation, name + " with a last dimension of channels", tensor.shape());
    }
    return tensor.extent(-1);
  }

  /** Elements of all dimensions but the last; 0 if there are no channels. */
  static int rows(Tensor tensor, int channels) {
    return channels == 0 ? 0 : tensor.size() / channels;
  }

  /** Throws if the output shares an element with the input. */
  static void apart(
      String operation, String outputName, Tensor output, String inputName, Tensor input) {
    if (overlap(output, input)) {
      throw failure(
          operation,
          outputName + " to share no memory with " + inputName,
          outputName
              + " at element "
              + output.offset()
              + " and "
              + inputName
              + " at element "
              + input.offset()
              + " of one storage");
    }
  }

  /** Throws if the output overlaps the input, unless it is the very same window. */
  static void sameOrApart(
      String operation, String outputName, Tensor output, String inputName, Tensor input) {
    boolean same = output.offset() == input.offset() && output.size() == input.size();
    if (!same) {
      apart(operation, outputName, output, inputName, input);
    }
  }

  private static boolean overlap(Tensor a, Tensor b) {
    return a.storage() == b.storage()
        && a.size() > 0
        && b.size() > 0
        && a.offset() < b.offset() + b.size()
        && b.offset() < a.offset() + a.size();
  }
}
