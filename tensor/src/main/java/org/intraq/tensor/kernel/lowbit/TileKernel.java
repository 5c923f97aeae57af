package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * One way to multiply low-bit codes: how a pixel becomes cells, how weights are laid out, and the
 * product of many windows with one block of columns.
 *
 * <p>A cell is 32 bits of a pixel, one operand of a broadcast; a pixel of C channels has planes *
 * steps(C) cells. A window is a list of offsets, one for each step, from the window's first cell;
 * so a convolution needs no matrix of windows in memory, only the packed pixels.
 */
interface TileKernel {
  /**
   * Zero points of weights.
   *
   * @param zero [groups * blocks * columns]
   * @param reach largest |q - zero|
   */
  record Shift(int[] zero, int reach) {}

  /** Name, as the plan and the log show it. */
  String strategy();

  /** Whether it can multiply codes of these widths. */
  default boolean supports(CodeBits bits) {
    return true;
  }

  /** Windows of one tile. */
  int rows();

  /** Columns (output channels) of one block. */
  int columns();

  /** Steps of a pixel of {@code channels} codes. */
  int steps(int channels);

  /** Cells of one step: 1, or the number of bit planes of the activations. */
  int planes(CodeBits bits);

  /** What is subtracted from every activation code before it is multiplied. */
  int centre(CodeBits bits);

  /**
   * Whether {@link #multiply} can subtract zero points of at most this distance to the codes from
   * the weights before it multiplies.
   */
  default boolean canShift(CodeBits bits, int reach) {
    return false;
  }

  /** Lays out weights, for the payload of {@link TiledWeights}. */
  Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks);

  /**
   * Writes the cells of {@code count} pixels of {@code channels} codes each.
   *
   * @param at index of the first code; pixel i begins at {@code at + i * stride}
   * @param to first cell; cells of consecutive pixels follow one another
   */
  void packPixels(
      CodeBits bits,
      byte[] codes,
      int at,
      int stride,
      int count,
      int channels,
      int[] cells,
      int to);

  /**
   * Adds the products of {@code windows} windows with one block of columns to acc.
   *
   * @param block index over groups and blocks
   * @param base first cell of every window, filled up to a multiple of {@link #rows}
   * @param windowSums sum of the activation codes of every window
   * @param offsets [steps] from the first cell of a window
   * @param planeStride cells from one plane of a pixel to the next
   * @param shift zero points by which weights are shifted, with the bounds that follow; or null
   * @param acc sums [windows, filled up][accStride], this block's from {@code accOffset}
   */
  void multiply(
      TiledWeights w,
      int block,
      int[] cells,
      int[] base,
      int[] windowSums,
      int windows,
      int[] offsets,
      int planeStride,
      Shift shift,
      int[] acc,
      int accOffset,
      int accStride);
}
