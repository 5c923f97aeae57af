/**
 * Matrix products: exact f32 on CUDA cores, or TF32 and bf16 on tensor cores ({@link
 * org.intraq.cuda.launch.MathMode}).
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
 * tile 64 x 64, 64 threads of 8 x 8, for products with fewer than 120 large tiles or no more than
 * 64 rows or columns; with fewer than 264 small ones the depth is split, 128 at least a slice (on
 * tensor cores 512), and a second pass adds the slices in order, in double.
 *
 * <p>Blocks go through C in bands of eight tile rows, so that what they share of A and B is found
 * in the L2 cache. Loads are vectors where address and leading dimension allow.
 *
 * <p>Every sum is one chain in order of k (of each slice), so the bits depend on the shape alone.
 *
 * <p>On tensor cores the loaders and the main loop are the same; the tile differs:
 *
 * <pre>
 *   depth 16 at a time, rows of 16 (TF32) or 8 (bf16) words + 4 words, so that the 8 x 4 words of a
 *   fragment fall into 32 banks; f32 in memory, rounded on the way into shared memory
 *
 *          +--------+--------+        128 x 128: 8 warps of 64 x 32, 4 x 4 mma.sync a step of 16
 *          | warp   |        |                   (bf16) or 8 (TF32) deep; 64 sums a thread
 *          | 64x32  |        |         64 x  64: 4 warps of 32 x 32
 *          +--------+--------+
 * </pre>
 *
 * <p>A slice of 16 costs 16 KiB from the L2 cache and 524,288 operations, 32 a byte; a warp reads
 * 24 wavefronts of shared memory for each 16 mma.sync of bf16. Limiter: operands in f32 on their
 * way through registers, one slice ahead.
 *
 * <p>Large products of Hopper's take another way ({@code WarpgroupGemmCuda}): both operands are
 * first rounded and laid out in tiles of 128 rows x 128 bytes of depth, as shared memory wants them
 * (chunks of 16 bytes swizzled by the row), zeros beyond the edges; 6 (bf16) or 8 bytes of memory
 * an element. Then
 *
 * <pre>
 *   thread 0   --one command a tile (cp.async.bulk)-->  4 stages of 16 KiB of A and 32 KiB of B
 *   warpgroup 0, 1: 64 x 256 results each, wgmma m64n256k16 (bf16) or k8 (TF32) straight from there
 *
 *   step k:  wait for stage k | 4 wgmma | wait for step k - 1 | barrier | send k + 3
 * </pre>
 *
 * <p>A step is 4,194,304 operations of bf16 for 48 KiB, 85 a byte.
 *
 * <p>H200, TFLOP/s at 4096 (and 8192), rounding included; cuBLAS with operands of the mode in
 * memory:
 *
 * <pre>
 *                                    f32          TF32         bf16
 * CUDA cores                        45.4 (45.4)
 * mma.sync                                        97.9 (100)  117.4 (120)
 * wgmma                                          309   (335)  525   (580)
 * cuBLAS                            50.3 (50.9)  348   (339)  678   (640)
 * </pre>
 *
 * <p>By count of bytes the passes that lay out weigh most at 2048 and below (358 of bf16, cuBLAS
 * 660); at 1024 there are also only 32 tiles for 132 multiprocessors (62, cuBLAS 161). Large tiles
 * of f32 from 120 blocks on instead of 264: 25.8 to 44.7 at 2048. Next: tiles of 128 x 128 for
 * middle sizes, operands laid out by whoever writes them.
 */
package org.intraq.cuda.kernel.gemm;
