/**
 * Integer inference: {@link org.intraq.deploy.Compiler} makes a {@link org.intraq.deploy.Program}
 * of a quantized file, {@link org.intraq.deploy.IntegerNetwork} runs it.
 *
 * <pre>
 * quantized file --IntegerScheme--> which layers are whole numbers
 *   | Compiler: one step for convolution, BatchNorm, residual sum, activation and requantization
 *   v
 * Program: steps, values, Layout (a value's bytes are used again when its last reader has run)
 *   v
 * IntegerNetwork: buffers for so many images, steps bound to them; nothing is allocated a call but
 *   small objects
 * DeviceNetwork: the same on another device, by its role LowBitOps; steps that it may record
 * </pre>
 *
 * <p><b>Why it gives the answers of the fake-quantized network.</b> With w = (q - zq) / mq and x =
 * (u - zu) / mu a layer and its BatchNorm are
 *
 * <pre>
 * y = scale[o] * sum(x w) + shift[o] = (scale[o] / (mu mq[o])) * r + shift[o],   r = sum((u - zu) (q - zq))
 * </pre>
 *
 * r is a whole number and computed without error, here in 32-bit integers and by {@link
 * org.intraq.quantize.ExactFakeQuantizer} in f32, exact below 2^24. What follows, multiply-add,
 * residual sum, activation, quantizer, is the same sequence of f32 operations in both; layers in
 * f32 call the same kernels on the same numbers. So all codes are equal, and logits differ by the
 * last roundings only. Against {@link org.intraq.quantize.FakeQuantizer}, whose sums are rounded,
 * codes at a rounding border differ by one.
 *
 * <p><b>Devices</b> give the bits of the CPU's vector kernels: sums of codes are exact, and {@link
 * org.intraq.tensor.backend.LowBitOps} forms sums of floats in the CPU's order. The one exception
 * are layers of 3x3 that read floats and that the CPU computes by Winograd's algorithm (stride 1,
 * channels in sixteens) or, depthwise ones, column by column (seven rows and more): networks whose
 * activations are not quantized have such.
 *
 * <p>Source: the specification of the method, section 6; Jacob et al., arXiv 1712.05877.
 */
package org.intraq.deploy;
