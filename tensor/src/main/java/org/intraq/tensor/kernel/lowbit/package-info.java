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
 *   <li>{@code PopcountTile}: bit planes, AND and population count, 32 products a lane and
 *       instruction triple, ka * kw passes joined by Horner's rule in one accumulator. Weights are
 *       made unsigned; the window sum pays that back.
 *   <li>{@code DepthwiseCodes}: lanes along channels, four windows share a weight vector, both zero
 *       points subtracted before the products; where the corrected sums fit into 16 bits.
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
 * <p>Whole networks beside f32 (BatchNorm and ReLU in one pass, Winograd for 3x3 as of that day's
 * noon, faster since) with one thread, nothing else running; above 1 integers are faster. Second
 * column: the output stage's usual case (sums corrected, the activation within the quantizer)
 * clamps behind the rounding in whole numbers, and divides a residual's codes by a product and a
 * correction.
 *
 * <pre>
 *                                  before            after
 * ResNet-20       W4A4  batch 1    0.98  (0.88 ms)   1.02  (0.84 ms)
 *                       batch 8    0.82  (5.77 ms)   0.89  (5.46 ms)
 *                 W2A2  batch 8    0.69  (6.86 ms)   not measured
 * MobileNetV1 .75 W4A4  batch 1    1.30  (7.44 ms)   1.34  (7.56 ms)
 *                       batch 8    1.36  (55.2 ms)   not measured
 * ResNet-18       W4A4  batch 1    1.07  (26.6 ms)   not measured
 *                       batch 8    1.09  (216 ms)    not measured
 *                 W2A2  batch 8    2.19  (95.6 ms)   not measured
 * </pre>
 *
 * <p>A sampled profile of W4A4 puts half of ResNet-18's and 56 % of ResNet-20's time into the
 * multiply-adds of the 16-bit tiles, which run near their bound of 230. Against f32 with Winograd's
 * 2.25 times fewer products that is not enough for a layer of 16 channels; products of whole
 * numbers in Winograd's form would leave 16 bits after 7 steps. Most of the W2A2 time of ResNet-20
 * is the 16-channel stage on bit planes, by subtraction of the other stages at the rates above:
 * 16-bit lanes are likely to be faster there at all widths, which is still to be tried.
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
 *   <li>Why look-up is not here, although its inner loop is the fastest: every six codes need a
 *       table of 64 sums, about as long to make as 128 columns take to read it. A 3x3 convolution
 *       reuses a pixel's table nine times, so it is worth a {@code TileKernel} of its own; it was
 *       measured as an inner loop only.
 *   <li>Fused multiply-add with two products in one mantissa was not built: by count it issues the
 *       32 products an instruction of 16-bit lanes, and taking the fields apart costs more than
 *       widening.
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
