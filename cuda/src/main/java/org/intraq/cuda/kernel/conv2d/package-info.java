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
 * the tensor tiles of the matrix product, 128 x 128, 128 x 64 and 128 x 32; expected limiter there:
 * the loads of f32 operands from L1 and L2.
 *
 * <p>Not yet measured on a GPU.
 */
package org.intraq.cuda.kernel.conv2d;
