package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Crop, resize and flip of images x [N, H, W, C]. */
public interface ResampleOps {
  /**
   * Cuts a box out of every image, resizes it to y [N, OH, OW, C] (bilinear, half-pixel centres,
   * edge samples repeated within the box, no antialias), and mirrors it left to right where {@code
   * flip} is not 0.
   *
   * @param boxes S32 [N, 4]: top, left, height, width in pixels, inside the image
   * @param flip S32 [N]
   */
  void cropResizeFlip(Tensor x, Tensor boxes, Tensor flip, Tensor y);

  /** dx = the exact adjoint of {@link #cropResizeFlip} applied to dy; zero outside the boxes. */
  void cropResizeFlipBackward(Tensor dy, Tensor boxes, Tensor flip, Tensor dx);
}
