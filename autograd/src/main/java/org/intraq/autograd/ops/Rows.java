package org.intraq.autograd.ops;

import org.intraq.tensor.Tensor;

/** Rows of a matrix as vectors. */
final class Rows {
  private Rows() {}

  /** Row {@code index} of a matrix [R, C] as a view [C]. */
  static Tensor of(Tensor matrix, int index) {
    return matrix.slice(index, index + 1).reshape(matrix.extent(1));
  }
}
