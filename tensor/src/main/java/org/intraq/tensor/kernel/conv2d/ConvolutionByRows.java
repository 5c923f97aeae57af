package org.intraq.tensor.kernel.conv2d;

/**
 * A convolution that reads and writes whole rows and says so, so that other work can be done on
 * them while they are in the cache; what {@link FusedConv2dSimd} takes for depthwise shapes.
 */
public interface ConvolutionByRows {
  /** y = x convolved with w; {@code after} is told of the rows of y as they are written. */
  void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      OutputRows after);

  /**
   * How many rows of y are computed together, from row 0 on: rows from a multiple of it on have the
   * same bits when they are computed as an image of their own. 0 if that holds for no rows.
   */
  int rowsTogether(Conv2dShape shape);

  /** dx from rows of dy that are asked for when they are needed. */
  void backwardInput(Conv2dShape shape, InputRows dy, float[] w, int wAt, float[] dx, int dxAt);
}
