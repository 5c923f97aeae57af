/**
 * Two-dimensional convolution: {@link org.intraq.tensor.kernel.conv2d.Conv2d} is the contract,
 * {@code Conv2dReference} the definition, {@code Conv2dSimd} chooses the algorithm by shape, {@link
 * org.intraq.tensor.kernel.conv2d.FusedConv2d} adds frozen packed weights and the element-wise work
 * around them.
 *
 * <h2>One pass for everything</h2>
 *
 * A forward convolution and each stride phase of its adjoint are one and the same thing, a {@code
 * CorrelationPass}: a dense correlation described axis by axis (taps, steps, origin, where the
 * outputs lie). Two algorithms run it.
 *
 * <pre>
 * DirectCorrelation     rows of a matrix product = output pixels, columns = output channels,
 *                       K = taps x input channels; register tiles of {@code kernel.gemm}
 *
 *   x  ..|....|..  --copy, padded--&gt;  strip[row][channel / 16][column phase][column][16]
 *        |    |                       neighbouring pixels 16 floats apart, a tap is a constant jump
 *        +----+                       no border is tested inside; a strip fits the L2 cache
 *
 * WinogradCorrelation   F(4x4, 3x3) for 3x3, stride 1, channels in sixteens: 36 products instead of 144
 *
 *   6x6 pixels --B^T d B--&gt; V[36][channel / 16][tile][16] --36 products--&gt; M[36][tile][out] --A^T m A--&gt; 4x4 pixels
 *
 * WeightGradient        x^T dy by register tiles that walk along the pixels; pixels cut into chunks
 *                       by shape alone, chunks added in their order
 * </pre>
 *
 * <h2>Variants, with what they measured</h2>
 *
 * GFLOP/s (of the direct algorithm's operations) with one thread on an AMD EPYC (Zen 4, FMA peak
 * 116), JDK 25, batch 256; "16@32" = 16 to 16 channels at 32x32.
 *
 * <table>
 * <caption>forward</caption>
 * <tr><th>variant</th><th>16@32</th><th>32@16</th><th>64@8</th><th>16 to 32, stride 2</th></tr>
 * <tr><td>strip transposed to planes (pixels side by side)</td><td>74</td><td>85</td><td>90</td><td>50</td></tr>
 * <tr><td>the same, four channels copied at a time</td><td>72</td><td>84</td><td>91</td><td>49</td></tr>
 * <tr><td>strip in blocks of 16 channels: kept</td><td>88</td><td>91</td><td>95</td><td>67</td></tr>
 * <tr><td>Winograd: kept where it applies (measured on a busy machine)</td><td>111</td><td>162</td><td>160</td><td></td></tr>
 * </table>
 *
 * <p>Planes are still used for channel counts that are no multiple of 16, such as the three of an
 * image. Weight gradients reach 80 at 16@32, 84 at 32@16, 78 at 64@8.
 *
 * <p>Largest error of Winograd against the reference, relative to the largest output, over random
 * shapes with up to 80 channels and normal inputs: 9e-6.
 *
 * <p>Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016;
 * Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures",
 * SC 2018 (blocks of 16 channels, no im2col); Dumoulin and Visin, "A guide to convolution
 * arithmetic for deep learning", 2016 (strided adjoints).
 */
package org.intraq.tensor.kernel.conv2d;
