package org.intraq.tensor.kernel.conv2d;

/**
 * How {@link FusedConv2d#gatedBackwardInput} makes the gradient g of the convolution's scaled
 * output from that of the quantized activation behind it, while it copies dy into the cache.
 *
 * <pre>
 * g       = dy where the bit is set, else 0
 * sums[c] = sum of g over N, OH, OW, the gradient of the shift
 * </pre>
 *
 * @param open the bits of {@code quantize.RectifiedQuantize}
 * @param g [N, OH, OW, OC], may be dy
 * @param sums [OC]
 */
public record ConvGate(int[] open, int openAt, float[] g, int gAt, float[] sums, int sumsAt) {}
