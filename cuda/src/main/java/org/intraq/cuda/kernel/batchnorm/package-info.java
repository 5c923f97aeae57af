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
 * sums of at most 256 slices, maps of at most 4,096 blocks. After: the present kernels;
 * affine_relu_sums in tiles of 16 lanes or whole rows.
 *
 * <pre>
 * rows x C        moments               affine_relu            affine_relu_sums        products
 *                 before  after  copy   before  after  copy    before  after  copy    before  after  copy
 * 262144 x 16       10.6    8.1  49 %      5.8    6.1  128 %     25.5   21.1  75 %      11.2    9.1   87 %
 * 65536 x 32         8.9    6.8  29        3.6    3.7  107       10.9    8.4  94         8.9    6.9   57
 * 16384 x 64         6.0    6.2  16        2.6    2.6   75        7.3    7.0  56         6.4    6.2   32
 * 12544 x 512       14.9    9.2  66       13.4   13.0   92       37.7   30.7  79        25.9   13.9   87
 * 50176 x 256       22.7   14.6  83       27.3   26.0   93       63.3   54.1  89        39.4   28.8   84
 * 200704 x 128      35.2   29.2  83       52.4   50.3   96      118.7  104.8  92        68.4   50.5   95
 * 802816 x 64       58.8   51.2  94      103.1   99.2   97      229.0  200.3  96       127.6   95.1  101
 * 802816 x 144     124.0  110.7  98      243.8  226.0   96      531.6  464.8  93       290.1  210.5  103
 * 3211264 x 64     201.8  185.4 104      413.5  397.5   97      877.1  788.8  98       478.0  361.2  107
 * 3211264 x 96     309.3  275.5 105      619.6  600.2   96     1349.1 1217.0  95       747.9  548.8  105
 * </pre>
 *
 * <p>The first three are ResNet-20's at batch 256: 2 to 17 MB, for which launch, one trip through
 * the L2 cache and the last block's sums take 6 us whatever the bytes.
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
