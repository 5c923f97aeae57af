/**
 * Convolution of low-bit codes: exact 32-bit sums on tensor cores, and the output stage on the sums
 * before they are stored. Devices of sm_90 take warpgroup instructions where the channels of one
 * group are a multiple of 16 in and at least 32 out, there are at least 4,096 pixels and all zero
 * points of the weights are folded; everything else, and every other device, mma.sync of unsigned
 * and signed bytes.
 *
 * <p><b>mma.sync</b> ({@code LowBitCuda})
 *
 * <pre>
 * weights in memory    signed bytes less their zero points, one row an output channel, in slabs of 64
 *                      channels (all, unless they are a multiple of 64): slab, tap, channel of the
 *                      slab; filled up with zeros to steps of 64
 * activations          one a byte; a stream of BitPacking is spread to bytes first
 *
 * a block: 128 pixels x 128, 64 or 32 channels, 64 deep at a time, three stages
 *   memory --cp.async, 16 bytes--> shared memory --ldmatrix--> fragments --mma.sync m16n8k32-->
 *   sums --shared memory--> four neighbouring channels a lane --> output stage --> memory
 * chunk c of row r of a stage lies at c ^ (r / 2 % 4): the rows that ldmatrix takes together fall
 * into different banks
 * </pre>
 *
 * <p>A zero point of a weight is taken off its codes when the layer is made, wherever the
 * difference is a signed byte: always up to 7 bits. Only where it is not, and where the sums
 * themselves are asked for, the kernels add up the codes of the windows (dp4a on the fragments of
 * x, shared out between the warps of a row). Places outside the image come from a chunk of the
 * activations' zero point, so that the loop has no other case. Slabs come before taps because
 * neighbouring taps read nearly the same 8 KiB of x, which are then still in the L1 cache.
 *
 * <p>Channels that do not fill chunks of 16 (the first layer of a network), windows of more than 15
 * taps along an axis and activations at odd addresses are gathered code by code. Groups with fewer
 * than 8 output channels (depthwise) take one thread a result. Devices before sm_80 run the same
 * kernels with copies that are not asynchronous and products of m8n8k16.
 *
 * <p>A stage of the 128 x 128 tile costs 16 KiB and 2,097,152 operations. On an H200 (driver
 * 580.159.04), batch 256, 3 x 3, floats stored, TOP/s, weights and activations of 8 bits:
 *
 * <pre>
 *                                     56x56x64   28x28x128   14x14x256   7x7x512
 * unpacked on the way, two buffers          83         158         189       200
 * 128 x 128, warps of 64 x 64, 4 stages      -         318         401       347
 * the same, 128 deep, 3 stages               -         327         426       440
 * 128 x 128, warps of 64 x 32, 4 stages      -         344         397       389
 * 128 x 64, warps of 32 x 64, 4 stages     248         308           -         -
 * 256 x 64, warps of 64 x 32, 4 stages     248         294           -         -
 * x copied once for all taps           238-240     334-351     409-425   377-399
 * </pre>
 *
 * <p>Three stages were as fast as four where both were timed, and leave room for two blocks on
 * devices with 100 KiB. Copies past the L1 cache lost up to a half; 128 deep takes 96 KiB, more
 * than those devices have for two blocks. 56x56x64 stores 205 MB of floats, 48 us of its 238 at the
 * rate of a fill.
 *
 * <p><b>Warpgroups</b> ({@code LowBitWarpgroupCuda}) share the loop of the bf16 convolution ({@code
 * warpgroupconv.cuh}): a step is 128 codes deep, twice what bf16 has for the same bytes of shared
 * memory and of the L2 cache. Weights are laid out when the layer is made, in the swizzled units of
 * 64 channels that bulk copies fetch. Both operands are signed, because PTX below 8.4 has no mixed
 * kind: codes of up to 7 bits are that already, those of 8 bits lose 128 in the pass that otherwise
 * spreads streams, and the correction of a channel gives back 128 times the sum of its weights.
 *
 * <pre>
 * tile        stages  KiB  blocks an SM   clocks of a step: products; shared memory (fill, L1, operands)
 * 128 x 64       3     73       3              256; 576 (192, 128, 256)
 * 128 x 128      3     97       2              512; 768 (256, 128, 384)
 * 128 x 256      4    193       1             1024; 1152 (384, 128, 640)
 * </pre>
 *
 * <p>With several blocks one stores and runs its output stage while another multiplies; the widest
 * tile reads less for a product and is taken where it fills its waves to 70 %. All sums of a warp
 * go through the tiles' memory at once, so that the output stage exists once in the code. Limiter:
 * shared memory, then the L2 cache (32 bytes of weights a clock and SM).
 *
 * <p>H200, 3 x 3, batch 256, from bytes to floats, us (TOP/s of the best):
 *
 * <pre>
 *                                56x56x64   28x28x128   14x14x256    7x7x512
 * 128 x 64, 4 stages, 2 blocks      227        143         123         124
 * 128 x 64, 3 stages, 3 blocks      203        137         121         120
 * 256 x 64, 4 stages                310        184         144         135
 * 128 x 128, 3 stages, 2 blocks       -        116          93         109
 * 128 x 128, 4 or 6 stages            -        161         122         107
 * 256 x 128, 4 stages                 -        139         102         119
 * 128 x 256, 4 stages                 -          -          87          95
 * taken                          203 (291)  116 (511)    87 (684)    95 (625)
 * to codes instead of floats        217        127          96         102
 * mma.sync                          244        167         144         149
 * bf16, its rounding included       327        189         132         140
 * </pre>
 *
 * <p>Through the launcher, packed U4S4 to floats with the former choice (4 stages for 64 channels,
 * 128 x 128 for 512): 234, 438, 588 and 515 TOP/s; the spreading pass takes 23, 10, 5 and 4 us.
 */
package org.intraq.cuda.kernel.lowbit;
