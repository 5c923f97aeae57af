package org.intraq.tensor.kernel.conv2d;

/**
 * Weights in the order, and for Winograd in the transformed form, that one kernel wants, made once
 * by {@link FusedConv2d} for weights that stay as they are.
 *
 * <p>It is a copy: later changes of the weights do not reach it.
 */
public final class PackedWeights {
  private final Conv2dShape geometry;
  private final boolean adjoint;
  private final float[][] panels;

  /** One array for each pass of the kernel that made it. */
  PackedWeights(Conv2dShape shape, boolean adjoint, float[][] panels) {
    this.geometry = shape.withBatch(1);
    this.adjoint = adjoint;
    this.panels = panels;
  }

  /**
   * The arrays, for a call of this geometry; the batch size does not matter.
   *
   * @throws IllegalArgumentException if they were packed for another shape or direction
   */
  float[][] panels(String operation, Conv2dShape shape, boolean forAdjoint) {
    if (forAdjoint != adjoint || !geometry.equals(shape.withBatch(1))) {
      throw new IllegalArgumentException(
          operation
              + ": expected weights packed for "
              + (forAdjoint ? "backwardInput of " : "forward of ")
              + shape.withBatch(1)
              + ", got some for "
              + (adjoint ? "backwardInput of " : "forward of ")
              + geometry);
    }
    return panels;
  }
}
