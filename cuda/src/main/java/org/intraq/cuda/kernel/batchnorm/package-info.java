/**
 * Batch statistics, BatchNorm and the fused blocks around it on x [rows, C], the channel last.
 *
 * <p>A thread keeps four adjacent channels (one where C or a window's address is no multiple of
 * four floats), holds their parameters in registers and walks down the rows. Maps: one row a thread
 * until there are 32,768 blocks. Sums: eight rows in single precision, then double, then a tree
 * whose shape is that of the tensor, in one launch: every block leaves its sums, the last one of a
 * tile of channels to come adds them up in their order. One block of 512 threads a multiprocessor;
 * tiles of 128 bytes, so that a tile has few slices, or whole rows where those are no multiple of
 * that.
 *
 * <pre>
 * kernel                  reads, writes (bytes, n elements)     limiter   loads in flight a thread
 * moments                 4 n                                   memory    8 float4
 * products, train_sums    8 n                                   memory    8 float4
 * affine_relu_sums        16 n, + 4 n dr                        memory    6 float4
 * centered_affine         8 n                                   memory    1 float4
 * train_backward          12 n                                  memory    2 float4
 * affine_relu             8 n, 12 n with residual               memory    1, 2 float4
 * affine_relu_backward    12 n, 16 n with moments, + 4 n dr     memory    2, 3 float4
 * </pre>
 *
 * <p>H200, us, replayed as graphs; of copy: share of 4,260 GB/s by the bytes above (reading alone
 * is faster than copying, and what fits the L2 cache is faster still). Before: two launches for
 * sums of at most 256 slices, maps of at most 4,096 blocks. After: affine_relu as it is today; sums
 * in one launch, but without reading ahead in the last block: moments by 132 blocks of 512 threads
 * in tiles of 8 lanes, affine_relu_sums by 264 of 256 in tiles of 8, products by 396 of 256 in
 * tiles of 16.
 *
 * <pre>
 * rows x C        moments          affine_relu      affine_relu_sums   products
 *                 before  after    before  after    before  after      before  after
 * 262144 x 16       10.6    8.4       5.8    6.1      25.6   23.3        11.3   13.1
 * 65536 x 32         8.7    7.8       3.6    3.6      11.2   13.8         8.8   12.0
 * 16384 x 64         6.0    6.1       2.6    2.6       7.1    7.5         6.4   10.9
 * 12544 x 512       14.9    9.1      13.3   13.0      37.6   30.5        25.8   15.8
 * 50176 x 256       22.5   13.6      27.1   25.9      63.1   55.6        39.3   31.6
 * 200704 x 128      35.1   29.1      52.1   50.2     118.5  107.5        68.1   58.6
 * 802816 x 64       58.4   51.8     102.8   98.8     228.4  205.3       127.6  115.5
 * 802816 x 144     122.3  123.3     242.7  225.4     530.4  557.6       290.2  237.5
 * 3211264 x 64     201.7  184.8     412.3  396.3     875.2  820.8       477.6  381.0
 * 3211264 x 96     307.9  275.3     617.9  597.7    1345.5 1294.0       743.2  616.6
 * </pre>
 *
 * <p>Tried on the way, on the same card:
 *
 * <ul>
 *   <li>Sums in one launch by 396 to 1,056 blocks: slower than two launches on small matrices (12
 *       us against 7 to 9). 24 more slices a thread of the last block took 4.5 us: about a trip to
 *       the L2 cache for each. Now it reads eight before it adds one, and there are 132 blocks.
 *   <li>Tiles of 192 bytes (C = 96 and 144 in two and three of them): 75 and 76 % of copy with dr
 *       written, against 88 and 81 % of whole rows; probably because two blocks share lines of 128
 *       bytes.
 *   <li>Blocks of 128 threads for affine_relu_sums: more slices, up to four times the time.
 *   <li>Maps of two or four rows a thread, read before one is written: within 6 % of one row a
 *       thread with enough blocks (90 to 104 % of copy) above 15 us, mostly slower; between 21 %
 *       slower and 16 % faster below. A cap of 4,096 blocks costs up to 6 %, of 1,056 up to 12 %.
 *       Streaming loads and stores (ld.cs, st.cs) cost up to 14 % above 15 us and up to 55 % below;
 *       three of the shapes gained 6 to 11 %.
 * </ul>
 *
 * <p>Source of the statistics: Chan, Golub, LeVeque, "Algorithms for computing the sample
 * variance", 1983: corrected two-pass within eight rows, shifted sums between them.
 */
package org.intraq.cuda.kernel.batchnorm;
