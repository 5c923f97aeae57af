package org.intraq.tensor.cpu;

import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;

/**
 * Argument checks of the CPU operations, made before anything is written.
 *
 * <p>Every failure is an {@link IllegalArgumentException} of one form: {@code operation: expected
 * what, got what}.
 */
final class Checks {
  private Checks() {}

  /**
   * Throws unless {@code condition} holds; for texts that cost nothing to build.
   *
   * @param expected what the operation needs
   * @param got what came
   */
  static void require(boolean condition, String operation, String expected, Object got) {
    if (!condition) {
      throw failure(operation, expected, got);
    }
  }

  /** The exception all checks throw. */
  static IllegalArgumentException failure(String operation, String expected, Object got) {
    return new IllegalArgumentException(operation + ": expected " + expected + ", got " + got);
  }

  /** The array of a live F32 tensor on the CPU. */
  static float[] floats(String operation, String name, Tensor tensor) {
    usable(operation, name, DType.F32, tensor);
    return tensor.floats();
  }

  /** The array of a live S32 tensor on the CPU. */
  static int[] ints(String operation, String name, Tensor tensor) {
    usable(operation, name, DType.S32, tensor);
    return tensor.ints();
  }

  /** The array of a live tensor of {@code dtype}, U8 or S8, on the CPU. */
  static byte[] bytes(String operation, String name, DType dtype, Tensor tensor) {
    usable(operation, name, dtype, tensor);
    return tensor.bytes();
  }

  /** Throws unless the tensor is on the CPU, of type {@code dtype} and not released. */
  static void usable(String operation, String name, DType dtype, Tensor tensor) {
    if (tensor == null) {
      throw failure(operation, name + " to be a tensor", "null");
    }
    if (!tensor.device().equals(Device.CPU)) {
      throw failure(
          operation, name + " on cpu (copy it with MemoryOps.download and upload first)", tensor);
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

  /** Throws unless the tensor has exactly these extents. */
  static void shape(String operation, String name, Tensor tensor, int... extents) {
    Shape shape = tensor.shape();
    boolean equal = shape.rank() == extents.length;
    for (int i = 0; equal && i < extents.length; i++) {
      equal = shape.extent(i) == extents[i];
    }
    if (!equal) {
      throw failure(operation, name + " of shape " + Shape.of(extents), shape);
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
