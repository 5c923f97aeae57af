/**
 * Matrix products on CUDA cores, exact f32.
 *
 * <pre>
 *   depth k -->  8 at a time, two buffers in shared memory, the next slice on its way in registers
 *
 *            B: 128 columns                     one thread: 8 x 8 results as 2 x 2 groups of 4 x 4
 *          +-----------------+                    columns 4a.. and 64 + 4a..
 *          |  ^ 8 deep       |                   +----+      +----+
 *  A: 128  +-----------------+           rows 4d |4x4 |      |    |
 *  rows    | warp 4 x 8      |                   +----+      +----+
 *    8 ->  |  threads, 8     |      rows 64 + 4d |    |      |    |
 *          |  warps          |                   +----+      +----+
 *          +-----------------+
 * </pre>
 *
 * <p>Large tile 128 x 128, 256 threads, 17 KiB shared, at most 128 registers: two blocks a
 * multiprocessor. A slice of 8 costs 8 KiB from memory and 131,072 multiply-adds, 32 operations a
 * byte; device memory of 4.8 TB/s would feed 150 TFLOP/s, more than twice what the CUDA cores do.
 * In shared memory a warp reads 64 + 128 bytes distinct for 64 multiply-adds each lane (four vector
 * loads against 64 arithmetic instructions). Expected limiter: issue of the multiply-adds. Small
 * tile 64 x 64, 64 threads of 8 x 8, for products with fewer than 264 large tiles; with fewer small
 * ones than that the depth is split, 512 at least a slice, and a second pass adds the slices in
 * order, in double.
 *
 * <p>Blocks go through C in bands of eight tile rows, so that what they share of A and B is found
 * in the L2 cache. Loads are vectors where address and leading dimension allow.
 *
 * <p>Every sum is one chain in order of k (of each slice), so the bits depend on the shape alone.
 *
 * <p>Not yet measured on a GPU.
 */
package org.intraq.cuda.kernel.gemm;
