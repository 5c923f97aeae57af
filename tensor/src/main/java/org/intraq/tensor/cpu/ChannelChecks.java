package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;

/** Argument checks of operations on tensors [.., C] with vectors of C numbers. */
final class ChannelChecks {
  private ChannelChecks() {}

  /** M of a tensor that is read as [M, C]; 0 if it has no channels. */
  static int rows(Tensor tensor, int c) {
    return c == 0 ? 0 : tensor.size() / c;
  }

  /** The array of an output of the shape of {@code x}, which may be the same window as x. */
  static float[] like(String operation, String name, Tensor output, String like, Tensor x) {
    float[] values = Checks.floats(operation, name, output);
    Checks.sameShape(operation, name, output, like, x);
    Checks.sameOrApart(operation, name, output, like, x);
    return values;
  }

  /** The array of a vector of c numbers that an operation reads while it writes {@code output}. */
  static float[] input(
      String operation, String name, Tensor vector, int c, String outputName, Tensor output) {
    float[] values = Checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.apart(operation, outputName, output, name, vector);
    return values;
  }

  /** The array of a vector of c numbers to be written, apart from {@code x} and all others. */
  static float[] output(
      String operation,
      String name,
      Tensor vector,
      int c,
      String inputName,
      Tensor x,
      Tensor... others) {
    float[] values = Checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.apart(operation, name, vector, inputName, x);
    for (Tensor other : others) {
      Checks.apart(operation, name, vector, "another argument", other);
    }
    return values;
  }

  /** The array of a vector of c numbers that may be one of the two outputs, element by element. */
  static float[] parameter(
      String operation, String name, Tensor vector, int c, Tensor first, Tensor second) {
    float[] values = Checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.sameOrApart(operation, "the output", first, name, vector);
    Checks.sameOrApart(operation, "the output", second, name, vector);
    return values;
  }
}
