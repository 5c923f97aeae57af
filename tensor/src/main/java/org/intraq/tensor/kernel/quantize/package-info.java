/**
 * The asymmetric min-max quantizer: fake quantization, masked gradient, codes.
 *
 * <p>{@link org.intraq.tensor.kernel.quantize.AffineQuantizer} is the definition, float operation
 * by float operation as PyTorch does it: codes, multipliers, offsets and dequantized values agree
 * bit for bit with PyTorch's at 2, 3, 4, 5 and 8 bits (a test compares them). Two roundings that
 * matter: the multiplier is levels * (1 / width), because that is how PyTorch divides a number by a
 * tensor (levels / width differs in the last bit for every third channel), and m * x - z is not
 * fused.
 *
 * <pre>
 * v = x * m - z;  clamp by comparison;  (v + 1.5 * 2^23) - 1.5 * 2^23;  (q + z) / m        one pass
 * </pre>
 *
 * <p>Clamping before rounding gives the same code as rounding before clamping (the bounds are
 * whole, rounding is monotone and fixes whole numbers) and bounds v, so that adding 1.5 * 2^23
 * rounds it half to even exactly. The low byte of the sum's bits is the code in two's complement,
 * which saves the codes kernel a conversion.
 *
 * <p>Measured (AMD EPYC Zen 4, 512 bits, JDK 25, 256 x 32x32x16 activations, ns an element, one
 * thread / two; a plain array copy takes 0.144):
 *
 * <pre>
 * fake quantize, reference      2.02
 * fake quantize, Simd           0.186 / 0.093   (43 / 86 GB/s; in place 0.131 / 0.068)
 * masked gradient, Simd         0.453 / 0.184
 * codes, reference              0.386
 * codes, Simd                   0.177 / 0.088
 * channels 4608 x 512, Simd     0.165 / 0.082
 * channels 64 x 10, Simd        2.7             (rows shorter than a vector: scalar)
 * </pre>
 *
 * <p>{@link org.intraq.tensor.kernel.quantize.RectifiedQuantize} is folded BatchNorm, residual sum,
 * rectifier and quantizer in one pass, and the gate of the way back:
 *
 * <pre>
 * element i    = m * C + c            y, and bit i % 32 of word i / 32: whether its gradient passes
 * forward        rows of whole words; the rectifier's bounds are bounds of v = a * m - z
 * backward       bit -&gt; sign -&gt; all bits of the lane, AND dy;   sums of a vector of channels in a register
 * </pre>
 *
 * <p>Its place is a convolution's task (see the card of {@code kernel.conv2d}, which has the
 * figures). Masks from bits ({@code VectorMask.fromLong}) and a clamp each for rectifier and
 * quantizer came first; they were replaced before they were measured alone.
 *
 * <p>At the speed of memory the division costs nothing; a multiplication with 1 / m would not give
 * PyTorch's bits.
 */
package org.intraq.tensor.kernel.quantize;
