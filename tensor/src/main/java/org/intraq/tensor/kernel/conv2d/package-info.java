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
 * outputs lie). Two algorithms run it; a third one is for 1x1.
 *
 * <pre>
 * DirectCorrelation     rows of a matrix product = output pixels, columns = output channels,
 *                       K = taps x input channels; register tiles of {@code kernel.gemm}
 *
 *   x  ..|....|..  --copy, padded--&gt;  strip[row][channel / 16][column phase][column][16]
 *        |    |                       neighbouring pixels 16 floats apart, a tap is a constant jump
 *        +----+                       no border is tested inside; a strip fits the L2 cache
 *
 * PhasedAdjoint         backward of strides: the phases' passes over one strip of dy
 *
 * WinogradCorrelation   3x3, stride 1, channels in sixteens; {@code winograd} has its card
 *
 * PointwiseConvolution  1x1, stride 1: chunks of pixels times weights packed once
 *
 * WeightGradient        x^T dy by register tiles that walk along the pixels; pixels cut into chunks
 *                       by shape alone, chunks added in their order
 *
 * PointwiseWeightGradient  the same for 1x1 of many channels as products of packed blocks of pixels
 *
 * WinogradWeightGradient, WinogradWeightSums  the same for 3x3, stride 1, channels in sixteens
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
 * <tr><td>Winograd F(4x4), points 0, 1, -1, 2, -2 (on a busy machine)</td><td>111</td><td>162</td><td>160</td><td></td></tr>
 * </table>
 *
 * <p>Planes are still used for channel counts that are no multiple of 16, such as the three of an
 * image. Direct weight gradients reach 80 at 16@32, 84 at 32@16, 78 at 64@8; by Winograd's
 * algorithm see the card of {@code winograd}.
 *
 * <h2>One image</h2>
 *
 * Tasks are cut by shape alone. Where an image makes few of them, output channels are shared out as
 * well: V of Winograd's tiles ({@code WinogradPlan}) and the copy of a strided convolution are made
 * once, by all threads, for the tasks that follow; a 1x1 convolution with fewer pixels than
 * channels packs its pixels in each of at most eight tasks. Microseconds, AMD Zen 3 (AVX2, 256
 * bits), before and after by turns in one JVM:
 *
 * <table>
 * <caption>layers of one image</caption>
 * <tr><th></th><th>one thread</th><th>two threads</th></tr>
 * <tr><td>3x3 128@28</td><td>1,800 to 1,870</td><td>2,040 to 1,110</td></tr>
 * <tr><td>3x3 256@14</td><td>2,380 to 2,400</td><td>2,480 to 1,330</td></tr>
 * <tr><td>3x3 512@7</td><td>3,230 to 3,430</td><td>3,610 to 2,030</td></tr>
 * <tr><td>3x3/2 256@14 to 512</td><td>3,950 to 3,760</td><td>2,380 to 2,020</td></tr>
 * <tr><td>1x1/2 128@28 to 256</td><td>493 to 505</td><td>555 to 257</td></tr>
 * <tr><td>1x1 768@7</td><td>1,620 to 1,680</td><td>1,740 to 930</td></tr>
 * </table>
 *
 * <p>Whole networks with two threads: ResNet-18 40.8 to 30.6 ms (one thread 52.3 to 49.8),
 * ResNet-20 1.36 to 0.88 in single JVMs and 1.44 to 1.92 by turns in one: not decided. 64@8 of
 * ResNet-20 read 51 to 62 us with one thread in that run and 44 to 28 alone: not explained. 512@7
 * is bound by its 37.7 MB of transformed weights.
 *
 * <h2>Chains by strips</h2>
 *
 * Inference: a MobileNet's 1x1, depthwise and 1x1 convolution run by strips of rows ({@code
 * StripChain}), so that the large tensors between them stay in the L2 cache. Milliseconds an image,
 * one thread, before and after (with the tiles' order of {@code kernel.gemm} and, in the second
 * pair, the depthwise kernels of that day), two JVMs by turns:
 *
 * <table>
 * <caption>whole networks</caption>
 * <tr><th></th><th>batch 1</th><th>batch 32</th></tr>
 * <tr><td>MobileNetV2</td><td>12.3 to 9.2; 12.2 to 9.2</td><td>11.1 to 8.4; 10.5 to 8.2</td></tr>
 * <tr><td>MobileNetV1 0.75</td><td>9.0 to 8.4; 9.3 to 8.4</td><td>8.7 to 8.3; 8.8 to 8.1</td></tr>
 * </table>
 *
 * <p>Pairs of depthwise and 1x1 alone, of which MobileNetV1 has 13, were not kept: 8.8 to 9.4 at
 * batch 32, as a strip of the input no longer comes by long reads ahead. Smaller batches without
 * chains, for tensors that stay in the last-level cache, gain 3 to 5 % only. Strips end where the
 * depthwise kernel's groups of rows do: the same bits as layer by layer.
 *
 * <h2>Where a MobileNet's time goes with AVX2</h2>
 *
 * One image, one thread, AMD Zen 3, layer by layer within the pass, ms (time over that at the rate
 * of {@code MultiplyAddPeak} in brackets; before in a slower spell of the machine, V2 the more):
 *
 * <table>
 * <caption>before, after</caption>
 * <tr><th></th><th>1x1</th><th>depthwise</th><th>first 3x3</th><th>classifier</th><th>between operations</th></tr>
 * <tr><td>V1 0.75, of 14.4</td><td>10.4 (3.3)</td><td>1.6 (1.3)</td><td>0.8 (0.6)</td><td>0.26</td><td></td></tr>
 * <tr><td>V2, of 24.3</td><td>18.0 (9.2)</td><td>3.2 (2.6)</td><td>1.0 (0.7)</td><td>0.44</td><td></td></tr>
 * <tr><td>V2 with the products after, of 12.7</td><td>8.6 (2.1)</td><td>2.1 (1.6)</td><td>0.6 (0.4)</td><td>0.35</td><td>0.6</td></tr>
 * </table>
 *
 * <p>What few channels lost is in the card of {@code kernel.gemm}, "Sixteen registers", depthwise
 * in that of {@code kernel.depthwise}. Convolutions of few input channels have a loop of three
 * steps for each tap; a tile with a table of where each step begins took 411 instead of 477 us for
 * 224x224/2 3x3, 3 to 32, 432 for 548 to 24, 2.86 ms for 3.81 for 7x7, 3 to 64, 579 us for 619 for
 * 32 images of 32x32, 3 to 16, and is not kept: in one JVM its sums were objects (24 a tile, 2.4 MB
 * for 8 images of ResNet-20), and why was not found.
 *
 * <p>Whole networks by turns in one JVM, quiet, medians, with that tile, the table above apart: V1
 * 11.5 to 10.3 ms (1.12), V2 13.5 to 11.7 (1.16); with two threads 1.16 and 1.19, which were not
 * taken apart layer by layer. Left: depthwise at 0.14 to 0.3 of the peak; 1x1 of 16 to 32 channels
 * at 112x112, 0.55 to 0.63; half a millisecond between operations (with the proxies that measured
 * it).
 *
 * <h2>Fusion</h2>
 *
 * Milliseconds of whole steps, one thread (ResNet-20 batch 256, the others batch 16 at 224x224):
 *
 * <table>
 * <caption>steps</caption>
 * <tr><th>variant</th><th>ResNet-20</th><th>MobileNetV1 0.75</th><th>MobileNetV2</th><th>ResNet-18</th><th>fine-tuning</th></tr>
 * <tr><td>convolution, moments, affine + ReLU one after another</td><td>579</td><td>611</td><td>771</td><td>2353</td><td>1633</td></tr>
 * <tr><td>fused, weights packed once</td><td>596</td><td>457</td><td>575</td><td>1510</td><td>1082</td></tr>
 * <tr><td>and F(2x4)</td><td>490</td><td></td><td></td><td>1264</td><td>871</td></tr>
 * <tr><td>and transforms of whole rows of tiles, another run</td><td>392</td><td></td><td></td><td></td><td></td></tr>
 * </table>
 *
 * <p>Later, synthesis with ResNet-20 by turns in JVMs of 14 to 16 iterations, ms, medians of each
 * JVM; a machine with neighbours, so that rows compare within themselves only:
 *
 * <table>
 * <caption>steps</caption>
 * <tr><th>variant</th><th>threads</th><th>before</th><th>after</th></tr>
 * <tr><td>products by rows of one panel, aligned</td><td>1</td><td>310, 314, 319</td><td>306, 305, 309</td></tr>
 * <tr><td>and the prologue's numbers laid out once, activations without residual computed again from z</td><td>1</td><td>317, 304, 322</td><td>299, 314, 296</td></tr>
 * <tr><td>and sums of gradients in the convolution</td><td>1</td><td>305, 309</td><td>304, 303</td></tr>
 * <tr><td>every other loop of tasks backwards, alone</td><td>1</td><td>320, 313, 309, 303</td><td>311, 299, 301, 304</td></tr>
 * <tr><td>all of these and strided adjoints over one copy of dy</td><td>1</td><td>312, 335</td><td>298, 304</td></tr>
 * <tr><td></td><td>2</td><td>185, 186</td><td>165, 165</td></tr>
 * <tr><td>two panels by rows, alone</td><td>1</td><td>325, 310, 294, 293</td><td>297, 300, 299, 293</td></tr>
 * </table>
 *
 * <p>Fine-tuning, 10 iterations: with one thread 584, 580 to 558, 546 (there with the weights'
 * gradient's V and D aligned, which was not measured alone and is not kept); with two 323, 320 to
 * 334, 341 and, later on a busier machine, 313 to 382 with and without the last two changes: not
 * decided.
 *
 * <p>The four phases of a strided adjoint each copied dy and, with a prologue, read a dz that had
 * been computed into memory; strided convolutions took 20 % of the synthesis step for 6 % of its
 * operations. Adding the second gradient of a tensor in the convolution that computes it saves a
 * pass over memory, but no time that could be seen with one thread: what goes back was written last
 * and still is in the L3 cache. That is why a loop that begins with its last task helps: the next
 * layer reads first what the last one has left there.
 *
 * <h2>Quantized blocks in training</h2>
 *
 * Where a block's activation is fake-quantized (fine-tuning), its epilogue is {@code
 * QuantizedPixels} and its prologue {@code GatedRows}; {@code quantize.RectifiedQuantize} has the
 * element's view. In passes over a tensor of the block's size (a written one is fetched before),
 * forward and back:
 *
 * <pre>
 *            one after another                           in one pass each way
 * forward    x, z written, y written, y, fq(y) written   x, fq(y) written
 * backward   dy, y, z, dz and dResidual written;         dy, g written in place, dx written
 *            dz, dx written; x, dz                       x (and g, where dw is not made on the way)
 * </pre>
 *
 * <p>Neither z nor y is kept. dScale = sum of g * z would need z, but z = x w, so it is the sum of
 * w * dw' over all but the output channels; with the scale in the adjoint's weights and behind dw',
 * dz, dResidual and g are one tensor.
 *
 * <p>Measured with AVX2 (Zen 3, 512 KB of L2 a core, a machine with neighbours: up to 1.5 times
 * slower from run to run), one thread, batch 256, best of 16 by turns in one process, ms. Not
 * measured with AVX-512.
 *
 * <table>
 * <caption>forward; gradient of the activation and adjoint</caption>
 * <tr><th></th><th>16@32</th><th>32@16</th><th>64@8</th><th>3 to 16@32</th></tr>
 * <tr><td>forward keeping z, then the quantizer</td><td>13.8</td><td>8.6</td><td>6.4</td><td>9.4</td></tr>
 * <tr><td>in one pass</td><td>13.5</td><td>8.2</td><td>6.1</td><td>8.7</td></tr>
 * <tr><td>gradient with its sums, then the adjoint</td><td>3.4 + 10.7</td><td>1.6 + 7.1</td><td>0.8 + 5.6</td><td>2.9</td></tr>
 * <tr><td>in one pass; for 3 channels the gate alone</td><td>11.9</td><td>7.9</td><td>6.2</td><td>1.4</td></tr>
 * </table>
 *
 * <p>Both adjoints, alone one after the other and together ({@code WinogradWeightSums}), in the
 * same setting: 12.8 + 14.1 to 23.7 for 16@32 (1.13; 1.19 to 1.27 with the faster tiles that came
 * later), 10.0 + 10.7 to 20.5 for 32@16 (1.00 to 1.03), 8.8 + 10.2 to 24.8 for 64@8 (0.76, later
 * 0.66): 36 matrices of 64 by 64 sums are read and written for every 24 tiles. So it is used up to
 * 32 by 32 channels. Inside of a step, where the gate is in both, 16@32 gained 1.29 and 32@16 1.12
 * (medians of nine steps, two class loaders in one JVM). Relative difference of the two dw: 1.4e-6,
 * 1.1e-6.
 *
 * <p>Of the epilogue's 2 ms at 16@32 the division takes about 0.4 and the bits about 0.7 (left out
 * one by one, in two JVMs that differed by a fifth).
 *
 * <p>Not kept: 1x1 with stride 2 as a product over pixels copied side by side, 3.6 to 4.9 ms
 * forward and 4.8 to 7.7 back (16 to 32@32): a copy and two divisions for each pixel of 16 floats;
 * V and D of the weights' gradient at cache lines with rows of d kept (0.99 to 1.02 with 256 bits).
 *
 * <p>Weights' gradient where dy has 128 channels or a larger multiple of 64: its rows lie a step
 * apart that reaches few sets of the L1 cache, so panels are copied side by side first. One thread,
 * ms, two runs by turns, same bits: 1x1 14x14x384 13.6 to 12.8, 28x28x192 12.1 to 11.0, 7x7x768
 * 16.2 to 13.4; 3x3/2 28x28x128 to 256 12.5 to 12.0; 3x3 14x14x256 20.8 to 20.3, 28x28x128 the
 * same; 3x3 56x56x64 would lose 3 % (left in place). What else kept 1x1 at 70 of 118 GFLOP/s were
 * depths of 98, after which a tile's sums were added to memory, and x^T read with a step of all
 * channels for each tile. Now blocks of 256 to 767 pixels are copied as a matrix product copies
 * them, chunk by chunk ({@code PointwiseWeightGradient}), from 2^17 weights on by {@code GemmSimd}
 * over all pixels, where copies are shared. Batch 16, ms by turns in one process, medians, on
 * another processor (Zen 3, 256 bits, disturbed: a row compares within itself only); in brackets
 * all pixels as one product of {@code GemmSimd}:
 *
 * <table>
 * <caption>gradient of the weights, 1x1</caption>
 * <tr><th></th><th>one thread</th><th>two</th></tr>
 * <tr><td>28x28: 96 to 192</td><td>8.8 to 8.5 (9.2)</td><td>5.5 to 5.0 (6.9)</td></tr>
 * <tr><td>28x28: 32 to 192</td><td>12.3 to 7.4 (8.9)</td><td>6.9 to 3.5 (6.0)</td></tr>
 * <tr><td>28x28: 192 to 192</td><td>16.8 to 18.8 (17.2)</td><td>10.2 to 9.8 (12.6)</td></tr>
 * <tr><td>14x14: 192 to 64</td><td>2.2 to 1.8 (1.9)</td><td>0.89 to 0.68 (0.72)</td></tr>
 * <tr><td>14x14: 192 to 384</td><td>8.1 to 6.8 (6.9)</td><td>5.3 to 3.9 (4.1)</td></tr>
 * <tr><td>14x14: 64 to 384</td><td>5.3 to 4.1 (4.1)</td><td>1.8 to 1.6 (1.8)</td></tr>
 * <tr><td>14x14: 384 to 64</td><td>4.9 to 4.0 (4.2)</td><td>2.7 to 2.2 (2.7)</td></tr>
 * <tr><td>14x14: 96 to 576</td><td>7.2 to 6.1 (6.2)</td><td>12.3 to 10.9 (11.3)</td></tr>
 * <tr><td>14x14: 576 to 96</td><td>7.5 to 5.7 (5.4)</td><td>5.6 to 4.2 (4.7)</td></tr>
 * <tr><td>7x7: 160 to 960</td><td>10.2 to 5.8 (5.9)</td><td>6.0 to 3.1 (3.2)</td></tr>
 * <tr><td>7x7: 960 to 160</td><td>9.9 to 5.2 (5.2: kept)</td><td>5.6 to 2.6 (2.5: kept)</td></tr>
 * <tr><td>14x14: 384 to 384</td><td>26.8 to 23.6 (22.2: kept)</td><td>28.9 to 24.7 (32.2: kept)</td></tr>
 * <tr><td>7x7: 384 to 768</td><td>16.9 to 11.5 (11.2: kept)</td><td>9.4 to 5.7 (5.4: kept)</td></tr>
 * <tr><td>7x7: 768 to 768</td><td>22.9 to 17.8 (16.3: kept)</td><td>16.7 to 10.2 (8.6: kept)</td></tr>
 * </table>
 *
 * <p>Not kept there (the first three with tiles of half the speed): parts of 96 instead of 192
 * rows, 32 tasks with parts of 128 columns, chunks of 1045 pixels whose last block had 21, 96 to 96
 * channels at 56x56 (18.0 to 20.1 and, with two threads, 18.4 to 17.8); with few channels one
 * product of all pixels takes up to 1.8 times as long. At 512 bits none of this was measured.
 *
 * <p>Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016;
 * Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures",
 * SC 2018 (blocks of 16 channels, no im2col); Dumoulin and Visin, "A guide to convolution
 * arithmetic for deep learning", 2016 (strided adjoints).
 */
package org.intraq.tensor.kernel.conv2d;
