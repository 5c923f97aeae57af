package org.intraq.cuda;

import org.intraq.tensor.Tensor;

/** Argument checks of operations on tensors [.., C] with vectors of C numbers, as on the CPU. */
record ChannelChecks(Checks checks) {
  /** The address of an output of the shape of {@code x}, which may be the same window as x. */
  long like(String operation, String name, Tensor output, String like, Tensor x) {
    long address = checks.floats(operation, name, output);
    Checks.sameShape(operation, name, output, like, x);
    Checks.sameOrApart(operation, name, output, like, x);
    return address;
  }

  /**
   * The address of a vector of c numbers that an operation reads while it writes {@code output}.
   */
  long input(
      String operation, String name, Tensor vector, int c, String outputName, Tensor output) {
    long address = checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.apart(operation, outputName, output, name, vector);
    return address;
  }

  /** The address of a vector of c numbers to be written, apart from {@code x} and all others. */
  long output(
      String operation,
      String name,
      Tensor vector,
      int c,
      String inputName,
      Tensor x,
      Tensor... others) {
    long address = checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.apart(operation, name, vector, inputName, x);
    for (Tensor other : others) {
      if (other != null) {
        Checks.apart(operation, name, vector, "another argument", other);
      }
    }
    return address;
  }

  /**
   * The address of a vector of c numbers that may be one of the two outputs, element by element.
   */
  long parameter(String operation, String name, Tensor vector, int c, Tensor first, Tensor second) {
    long address = checks.floats(operation, name, vector);
    Checks.size(operation, name, vector, c);
    Checks.sameOrApart(operation, "the output", first, name, vector);
    Checks.sameOrApart(operation, "the output", second, name, vector);
    return address;
  }
}
