package org.intraq.autograd.ops;

import org.intraq.tensor.Shape;

/** Checks that backends, whose element-wise operations see sizes only, leave to the operations. */
final class Operands {
  private Operands() {}

  /**
   * Throws unless both shapes are equal: nothing is broadcast.
   *
   * @param operation as the tape records it
   */
  static void sameShape(String operation, Shape a, String name, Shape b) {
    if (!a.equals(b)) {
      throw new IllegalArgumentException(
          operation + ": expected " + name + " of shape " + a + ", got " + b);
    }
  }
}
