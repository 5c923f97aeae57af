/**
 * Integer convolution and matrix product of unsigned activation codes and signed weight codes of 2
 * to 8 bits, any pair, with exact 32-bit sums; the kernel's card.
 *
 * <p>{@link org.intraq.tensor.kernel.lowbit.LowBitConvolution} is the contract, {@link
 * org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference} the definition, {@link
 * org.intraq.tensor.kernel.lowbit.LowBitKernels} chooses.
 *
 * <h2>The way of a strip</h2>
 *
 * <pre>
 * codes (a byte each, or packed)             weights (packed once, at their real width)
 *   | StripInput: about 192 output pixels,     | TileKernel.layOut: groups, blocks of columns,
 *   | every input pixel packed once,           | steps, lanes
 *   | padding written as the code of zero      |
 *   v                                          v
 * cells [row][column][cells of a pixel] ---> TileKernel.multiply: window = first cell + offsets,
 *   |                                          | so no matrix of windows is ever built
 *   | sums of codes per pixel, then per window v
 *   +------------------------------------> sums [pixel][column], 32 bits, in the cache
 *                                              | OutputStageSimd: correction, multiplier, residual,
 *                                              v activation, requantization
 *                                            codes or floats
 * </pre>
 *
 * <p>{@code WinogradCodes} goes another way (its own picture): transformed tiles of pixels times
 * transformed weights, then back, then the same output stage.
 *
 * <p>Tasks are rectangles of output pixels (and parts of the output channels where there are few
 * rectangles), cut by the shape alone.
 *
 * <h2>Strategies</h2>
 *
 * <ul>
 *   <li>{@code WideShortTile}, {@code NarrowShortTile}: 16-bit multiply-add, two neighbouring codes
 *       in a 32-bit lane, widened when 16 bits are full (after 511 steps of two codes for U4S4, 1
 *       for U8S8). Codes are centred (u - 2^(ka-1)), which doubles the number of steps; the sums
 *       start from 2^(ka-1) * (sum of the weight codes) in return. Works for every pair. In front
 *       of an output stage the zero points of the weights are subtracted when a panel is unpacked,
 *       so that the sums need no correction and no sums of activation codes. The narrow tile takes
 *       eight windows by one vector of columns, the wide one six by two; it is chosen where it
 *       leaves fewer columns empty.
 *   <li>{@code WinogradCodes}: 3x3 with stride 1 and channels in sixteens. 16 products for four
 *       outputs instead of 36, in 16-bit lanes modulo 2^16. Nothing is widened on the way: whatever
 *       wraps, four times the result is right as long as it fits into 16 bits itself, which the
 *       weights of the layer decide (16 to 128 channels at a time for U4S4; not for 7 bits and more
 *       on both sides). Reads the same resident weights as the tiles above and transforms them for
 *       every strip, so that they stay at their real width.
 *   <li>{@code PopcountTile}: bit planes, AND and population count, 32 products a lane and
 *       instruction triple, ka * kw passes joined by Horner's rule in one accumulator. Weights are
 *       made unsigned; the window sum pays that back.
 *   <li>{@code DepthwiseCodes}: lanes along channels, zero points of the weights subtracted before
 *       the products; where the corrected sums fit into 16 bits. {@code DepthwiseRows} has the 3x3
 *       ones: nine taps in registers, codes widened where they are multiplied, three rows of bytes
 *       in a ring.
 *   <li>{@code DepthwiseSimd}: the same for everything else, with 32-bit sums and corrections.
 * </ul>
 *
 * <h2>Measured</h2>
 *
 * <p>JDK 25, AMD EPYC (Zen 4, 512-bit vectors), one thread, 10^9 operations a second (a
 * multiply-add is two), codes in and codes out with everything between. f32 = this project's own
 * f32 kernel in the same run as its U4S4 neighbour.
 *
 * <pre>
 *                                    f32   U4S4 16-bit  U4S4 planes  U3S3 16-bit/planes  U2S2 16-bit/planes
 * 3x3  32x32x16 -> 16                 82        46          17            51 /  37            44 /  55
 * 3x3  16x16x32 -> 32                 85       108          66           118 / 133           119 / 191
 * 3x3   8x8x64  -> 64                 73       133          90           141 / 179           141 / 303
 * 3x3  56x56x64 -> 64                 83       143          90           153 / 194           152 / 346
 * 3x3  28x28x128 -> 128               86       165         115           167 / 229           169 / 456
 * 3x3  14x14x256 -> 256               74       160         120           155 / 225           157 / 453
 * 3x3   7x7x512 -> 512                26       120         121           145 / 222           145 / 460
 * 7x7/2 224x224x3 -> 64               76        50          10            55 /  17            55 /  30
 * 1x1  56x56x64 -> 128                73        71          27            93 /  92            93 / 121
 * 1x1  14x14x512 -> 512               59       107          81           140 / 149           137 / 257
 * gemm 1024 x 576 x 64                49       128          71           113 / 114           105 / 137
 * gemm 784 x 1152 x 128               67       149          95           123 / 129           147 / 241
 * gemm 512 x 1024 x 512               64       153         104           143 / 186           130 / 283
 * depthwise 3x3 14x14x512              -        10
 * </pre>
 *
 * <p>Later, in whole networks (W4A4, one image, one thread, nothing else running; before and after
 * come from two runs in which f32 took 1.04 and 1.03 ms for ResNet-20, 12.7 and 14.2 ms for
 * MobileNetV1 0.75):
 *
 * <pre>
 *                                              before   after
 * depthwise 3x3 112x112x24                        8      27    DepthwiseCodes instead of DepthwiseSimd
 * depthwise 3x3  28x28x192                       12      34
 * depthwise 3x3  14x14x384                       11      28
 * 3x3  32x32x16 -> 16                            53      64    a narrow tile, then of twelve windows
 * </pre>
 *
 * <p>Whole networks beside f32 (BatchNorm and ReLU in one pass, Winograd's F(2x4) for 3x3), one
 * thread, nothing else running; above 1 integers are faster. The columns are steps: a faster output
 * stage (before the last change to f32), then Winograd's products in whole numbers, the row-wise
 * depthwise kernel and 16-bit lanes instead of planes for few channels.
 *
 * <pre>
 *                                  before            output stage      Winograd, rows
 * ResNet-20       W4A4  batch 1    0.98  (0.88 ms)   1.02  (0.84 ms)   1.22  (0.53 ms)
 *                       batch 8    0.82  (5.77 ms)   0.89  (5.46 ms)   1.31  (3.73 ms)
 *                 W2A2  batch 8    0.69  (6.86 ms)   not measured      1.39  (3.54 ms)
 * MobileNetV1 .75 W4A4  batch 1    1.30  (7.44 ms)   1.34  (7.56 ms)   1.47  (6.18 ms)
 *                       batch 8    1.36  (55.2 ms)   not measured      1.65  (46.5 ms)
 * ResNet-18       W4A4  batch 1    1.07  (26.6 ms)   not measured      1.32  (18.5 ms)
 *                       batch 8    1.09  (216 ms)    not measured      1.24  (142 ms)
 *                 W2A2  batch 8    2.19  (95.6 ms)   not measured      1.84  (94.3 ms; f32 became faster)
 * </pre>
 *
 * <p>The last column is from a loop of its own that compiled early, before the activation followed
 * the quantizer and before large pages, which help f32, too. With both, the harness gives 1.03,
 * 1.16, 1.23, 1.47, 1.55, 1.33, 1.15 and 1.71 in the order of the rows (bench/README.md).
 *
 * <p>Layers in 10^9 operations of the direct sum a second, U4S4, one thread of a machine on which
 * others worked, the two of a row by turns in one process:
 *
 * <pre>
 *                                 16-bit tiles   Winograd
 * 3x3  32x32x16 -> 16, 8 images        115          156
 * 3x3  16x16x32 -> 32, 8 images        151          258
 * 3x3   8x8x64  -> 64, 8 images        148          256
 * 3x3  56x56x64 -> 64                  161          300
 * 3x3  28x28x128 -> 128                             334
 * 3x3  14x14x256 -> 256                             320
 * 3x3   7x7x512 -> 512                 135          196
 * </pre>
 *
 * <p>What that took and what did not help, in the same unit and on the same busy machine, so that a
 * few per cent mean nothing; 64 channels at 56x56 unless named:
 *
 * <pre>
 * first version: transform by rows, then by columns; 56 tiles, chunks of 64 channels     266
 * transform of the input in one pass over bytes (14x14 to 16 channels: 116 to 156)       273
 * 112 tiles a strip, chunks of 128 channels                                              300
 * chunks of 256 channels                                                                 304   not kept
 * 32 tiles                                                                               236   not kept
 * products of 16 columns take 14 cycles a tile and 8 steps instead of 8: the cells as floats 13.3,
 * a constant distance 14.9, one load and eight rearrangements 13.6: none of them kept
 * </pre>
 *
 * <p>A product in Winograd's form leaves 16 bits after some 14 steps if it is widened as usual;
 * what makes it pay is that only its result needs to fit. F(2x4), which f32 uses, would need 16
 * times the result to fit and is not built. Where few tiles share the weights (7x7), their
 * transform takes two fifths of the time.
 *
 * <p>Depthwise 3x3 by rows, on a busy machine, the other kernel's figures above beside it:
 * 112x112x24 27 to 40, 28x28x192 34 to 54, 14x14x384 28 to 44, 7x7x768 28.
 *
 * <p>Matrix products beside this project's f32 product, in one run, W4A4: 1024 x 576 x 64 1.78
 * times as fast, 784 x 1152 x 128 1.63, 512 x 1024 x 512 1.54; W2A2: 784 x 1152 x 128 3.40, 512 x
 * 1024 x 512 4.96 (1024 x 576 x 64 was cut off while it warmed up). W8A8: 0.16 to 0.19, see the
 * limits.
 *
 * <p>Noisy: other programs shared the processor, and the columns come from several runs while the
 * output stage and the packing still became faster (the f32 and U4S4 16-bit columns are the oldest
 * and one run; 1x1 56x56 gave 95 later). Only f32 against U4S4 16-bit, and the two figures of one
 * pair, are like for like.
 *
 * <p>Inner loops alone, operands packed and in the cache, 384 x 576 x 64:
 *
 * <pre>
 * 16-bit multiply-add, any widths up to U4S4           200   kept
 * bit planes                          U2S2             557   kept where ka * kw is at most 9
 * byte look-up, 6 weight bits a table (VPERMB)
 *                                     U4S4             318   not kept (below)
 *                                     U3S3             330
 *                                     U2S2             659
 * two 8-bit fields in one 16-bit multiply, U2S2 only   360   dropped: an upper bound, the 16-bit loop
 *                                                            counted twice, fields not taken apart
 * auto-vectorised pair sum a0*b0 + a1*b1                 3   dropped (cause not examined)
 * </pre>
 *
 * <ul>
 *   <li>Why 16-bit lanes beat f32: 32 products an instruction instead of 16 at the same rate, and
 *       late widening makes the rest free. The bound is 230 here (two 256-bit multiplies a cycle).
 *   <li>Why bit planes beat them at few bits: 512 one-bit products for three instructions; 16-bit
 *       lanes cannot use that codes are small. They break even near ka * kw = 10, and lose where a
 *       word of 32 channels is half empty or each packed pixel is used once only (1x1).
 *   <li>Why 16-bit lanes beat bit planes at 2 by 2 bits on fewer than 64 channels: Winograd's
 *       algorithm leaves them 4 products of 9, and words of 32 channels are half empty at 16.
 *   <li>Why look-up is not here, although its inner loop is the fastest: every six codes need a
 *       table of 64 sums, about as long to make as 128 columns take to read it. A 3x3 convolution
 *       reuses a pixel's table nine times, but there Winograd's products are as fast; 1x1 with 256
 *       output channels and more would gain. It was measured as an inner loop only.
 *   <li>Fused multiply-add with two products in one mantissa was not built. Its bound is twice the
 *       f32 product's own rate: 2 * 102 measured on 1024 x 1024 x 1024, what 16-bit lanes reach,
 *       before its fields are taken apart every 32 steps (U4S4 in 24 bits).
 *   <li>The Vector API has no operation for VPMADDWD, VPDPWSSD or VPDPBUSD; a machine-code tier
 *       would use them.
 *   <li>Helpers that take vectors as arguments are not always inlined and then box: tiles store
 *       their accumulators to a small array, and another method adds them up.
 *   <li>Lanewise MAX and MIN on floats cost eight instructions each (NaN, -0): the output stage
 *       compares and blends, and rounds by adding 1.5 * 2^23.
 * </ul>
 *
 * <h2>Limits</h2>
 *
 * <p>An input of 3 channels uses three of four codes of its two cells. With 7 and 8 bits on both
 * sides 16-bit lanes widen after a few steps or each one, and an f32 or machine-code tile would be
 * faster.
 *
 * <p>Sources: Jacob et al., arXiv 1712.05877 (zero points, output stage); Umuroglu and Jahre, arXiv
 * 1709.04060 (bit planes); Wei et al., T-MAC, arXiv 2407.00088 (tables of weight bits); Dukhan,
 * QNNPACK's indirect convolution, arXiv 1907.02129.
 */
package org.intraq.tensor.kernel.lowbit;
