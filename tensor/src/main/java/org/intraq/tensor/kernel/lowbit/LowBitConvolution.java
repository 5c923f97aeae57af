package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Convolution and matrix product of low-bit codes with exact 32-bit sums.
 *
 * <pre>
 * acc[n, p, q, o]  = sum over r, s, c of u[n, p*strideH - padTop + r*dilationH, q*strideW - padLeft + s*dilationW, g*ICg + c] * w[r, s, c, o]
 * sums[n, p, q, g] = sum over r, s, c of u[the same]
 * g = o / (OC / groups), ICg = IC / groups
 * </pre>
 *
 * u [N, H, W, IC] are unsigned codes of 2 to 8 bits, w [KH, KW, ICg, OC] signed codes of 2 to 8
 * bits, any pair; outside the input u is the zero point of the activations. Every sum is exact: the
 * result of two implementations is equal, as it is for any number of threads. Geometry: {@link
 * Conv2dShape}; a matrix product [M, K] x [K, N] is {@link #gemm}. Sizes of zero (N, H or W) do
 * nothing.
 *
 * <p>{@link #run} puts {@link OutputStage} behind the sums, tile by tile, so that the 32-bit sums
 * never travel through memory.
 *
 * <p>Input and output must not overlap, but for a residual that is the destination itself.
 */
public interface LowBitConvolution {
  /**
   * Lays out weight codes for this kernel.
   *
   * @param shape geometry; its batch, height and width do not matter
   * @param w weight codes [KH, KW, ICg, OC], one a byte
   * @param wOffset first code
   * @throws IllegalArgumentException if a code is outside its width, the array is too small, or
   *     sums could exceed 32 bits
   */
  PackedWeights pack(Conv2dShape shape, CodeBits bits, byte[] w, int wOffset);

  /**
   * Computes the sums alone: acc [N, OH, OW, OC] and sums [N, OH, OW, groups].
   *
   * @throws IllegalArgumentException if the operands do not fit one another or their arrays
   */
  void accumulate(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      int[] acc,
      int accOffset,
      int[] sums,
      int sumsOffset);

  /**
   * Computes y [N, OH, OW, OC]: the sums, then the output stage, which has to be made for the zero
   * point of x. y may be the residual's array.
   *
   * @throws IllegalArgumentException if the operands do not fit one another or their arrays
   */
  void run(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      OutputStage stage,
      Residual residual,
      Destination y);

  /** The geometry of a matrix product [M, K] x [K, N]: a pointwise convolution over M columns. */
  static Conv2dShape gemm(int m, int k, int n) {
    return Conv2dShape.of(1, 1, m, k, n, 1, 1, 0);
  }

  /** Throws unless {@code size} elements from {@code offset} lie in an array of {@code length}. */
  static void requireRoom(String what, int offset, int size, int length) {
    if (offset < 0 || size > length - offset) {
      throw new IllegalArgumentException(
          "low-bit convolution: expected "
              + size
              + " elements of "
              + what
              + " from offset "
              + offset
              + ", got an array of "
              + length);
    }
  }
}
