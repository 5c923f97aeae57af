/**
 * Convolution and its adjoints as matrix products whose operands are gathered on the way (implicit
 * GEMM), exact f32 on CUDA cores. Tiles and main loop are those of {@code include/tile.cuh}, drawn
 * in the card of the matrix product.
 *
 * <pre>
 *                   rows               columns   depth
 * forward           pixels (n, p, q)   o         (r, s, c)     windows of x      by  w
 * backwardInput     pixels (n, h, w)   c         (r, s, o)     windows of dy     by  w, seen from c
 * backwardWeights   (r, s, c)          o         (n, p, q)     windows of x      by  dy
 * </pre>
 *
 * <p>A thread's position in the window moves on without divisions while the slice stays within one
 * tap; with channels that are a multiple of four it reads vectors. A stride in backwardInput splits
 * the pixels by their remainders: those of one phase share their taps, and none of the products has
 * a hole (3 x 3 with stride 2: 1, 2, 2 and 4 of 9 taps instead of 9 each). backwardWeights splits
 * its depth over about 1,056 blocks and adds the slices in order, in double; no atomics.
 *
 * <pre>
 * tile        threads   bytes from memory   operations   operations a byte   where
 *                       a slice of 8 deep
 * 128 x 128   256       8 KiB               262,144      32                  many wide channels
 *  64 x  64    64       4 KiB                65,536      16                  64 channels; few blocks
 * 128 x  64   256       6 KiB               131,072      21                  64 channels, small images
 * 128 x  32   128       5 KiB                65,536      12.8                up to 32 channels
 * 128 x  16    64       4.5 KiB              32,768      7.1                 up to 16 channels
 * </pre>
 *
 * <p>The bytes are those asked of the caches. Of a 3 x 3 window's nine reads of x about eight are
 * found in L1 or L2, so device memory sees x about once for each column of tiles: 16 channels to 16
 * make 4,608 operations for each 128 bytes, 36 a byte, above the 14 at which CUDA cores (67
 * TFLOP/s) and memory (4.8 TB/s) balance. Expected limiter: issue of the multiply-adds, for the
 * tile of 16 columns together with the loads of L1.
 *
 * <p>Blocks with the same pixels follow one another in the grid, so that their windows are found in
 * the L2 cache. Every sum is one chain in order of the depth: the bits depend on the shape alone.
 *
 * <p>{@link org.intraq.cuda.kernel.conv2d.FusedConv2dCuda} hands the sums through affine map,
 * residual sum and rectifier while they are in registers: for 3 x 3 windows of 16 channels 8 bytes
 * of memory less for each result, out of 16.
 *
 * <p>With TF32 or bf16 ({@link org.intraq.cuda.launch.MathMode}) the same three directions run on
 * the tensor tiles of the matrix product, 128 x 128, 128 x 64 and 128 x 32.
 *
 * <p>On Hopper, forward and backwardInput take {@code WarpgroupConv2dCuda} where 16 channels and
 * more are summed over and 32 and more come out:
 *
 * <pre>
 *   filters: laid out once a call in units of 64 channels x 128 bytes of depth, come by bulk copies
 *   windows: every thread copies 16 bytes of 4 or 8 rows a step (cp.async), zeros outside the image
 *   tile 128 x 256, 256 x 128 or 256 x 64 in 4 stages; step k + 2 is on its way while wgmma works on k
 * </pre>
 *
 * <p>TF32 reads f32 as it lies in memory, without its last 13 bits; bf16 reads a copy (6 bytes of
 * memory an element, by count 75 us of 328 at 56 x 56 x 64). Channels of fewer than 128 bytes share
 * a step among several taps. Steps go through the taps first, so that a tap's neighbour finds its
 * lines in L1.
 *
 * <p>{@code ImageGradientCuda} is backwardInput for images of three channels: a thread keeps the
 * sums of 4 or 8 blocks of stride x stride pixels for four channels of dy, 16 lanes share a strip,
 * filters lie in shared memory; where a tile of 16 columns would leave 13 empty. Exact f32 in every
 * mode.
 *
 * <p>H200, batch 256, TFLOP/s forward / backwardInput / backwardWeights:
 *
 * <pre>
 *                        f32                 TF32 mma.sync        TF32 wgmma    bf16 wgmma
 * 32x32x16          19.8 / 15.3 /  7.6    19.5 / 13.6 /  5.2
 * 16x16x32          26.0 / 23.3 / 14.8    40.3 / 33.6 / 13.9     46 /  52       33 /  37
 *  8x8x64           25.4 / 22.7 / 19.3    29.8 / 23.1 / 13.4     58 /  58       59 /  52
 * 56x56x64          36.7 / 32.7 / 37.0    71.0 / 57.2 / 23.3    143 / 142      181 / 179
 * 28x28x128         42.1 / 37.3 / 41.7    87.4 / 73.9 / 60.3    235 / 235      313 / 310
 *  7x7x512          40.0 / 35.1 / 38.0    75.7 / 59.0 / 54.4    259 / 257      423 / 418
 * stem 7x7/2        23.4 /  3.8 / 17.3    30.4 /  4.6 / 10.3    gradient of images: 26.0
 * </pre>
 *
 * <p>Tried for f32 (forward, us; taken: first): 32x32x16 128x16 in 8x4 a thread 60, 256x16 in 8x8
 * 86, in 16x4 85, depth 16 71; 8x8x64 128x64 in 8x4 47, 64x64 63, 128x64 in 8x8 62, depth 16 53;
 * 56x56x64 64x64 1614, 128x64 with depth 16 1548, 256x64 1585; 28x28x128 128x128 1403, depth 16
 * 1392. Larger tiles a thread lose more by fewer warps than they gain by fewer loads. The gradient
 * of images by strips of 4 or 8 blocks: 2,312 and 2,436 us (16 ms on tiles).
 */
package org.intraq.cuda.kernel.conv2d;
