/**
 * Depthwise convolution and its adjoints. Neighbouring threads take neighbouring channels, as
 * vectors where their number and the addresses allow, so every access is coalesced.
 *
 * <pre>
 * 3 x 3: a thread walks down the image          x    +--+--+--+--+--+--+--+--+--+
 * with the filter and three rows of sums        next |  |  |  |  |  |  |  |  |  |  loaded ahead
 * in registers; a row of x is loaded once            +--+--+--+--+--+--+--+--+--+
 * and adds to all three                         y       | 0| 1| 2| 3| 4| 5| 6|
 * </pre>
 *
 * <p>The former kernels made one row of y from three rows of x. Two of three loads were found in
 * L2, but that was the limit: on four of five shapes they moved 4.2 to 4.4 TB/s from L2 to the
 * multiprocessors. A walk of R rows and 7 columns loads 9/7 * (R + 2)/R elements of x for each of y
 * instead of 4.5; a result takes 9 multiply-adds and 8 bytes of memory. Expected limiter: device
 * memory.
 *
 * <ul>
 *   <li>Forward, and backwardInput of stride 1 (the same kernel, the filter turned around): walks
 *       of 7 columns of 2 channels. Widths that these waste more of take 4 columns, odd channels or
 *       addresses single ones.
 *   <li>Forward of stride 2: an even row ends a row of y and begins the next. One column of 4
 *       channels; where those do not fit, two of one.
 *   <li>backwardInput of stride 2: two rows and two columns of dx at a time, from two rows of dy of
 *       which one is kept. No divisions, no thread without work: each of the four pixels has 1, 2,
 *       2 or 4 of the 9 taps.
 *   <li>backwardWeights: a block takes 32 channels and 4, 8 or 16 walks, the nine sums in
 *       registers. A thread adds at most 512 products in single precision (392 at 112 x 112), then
 *       the threads of a block are added in double, then the slices in a tree of fixed shape; no
 *       atomics.
 * </ul>
 *
 * <p>{@link org.intraq.cuda.kernel.depthwise.Walks} chooses the rows of a walk: as many as fill the
 * multiprocessors with blocks a whole number of times, since a last wave half empty costs more than
 * the rows that short walks load twice. Other windows take a plain kernel, one pixel a thread, and
 * for the weights a pass for each tap.
 *
 * <p>Share of the copy rate (4,260 GB/s) on an H200, batch 256, bytes counted once; microseconds of
 * the present kernels at the heights that the launcher chooses. Before is the former kernels.
 *
 * <pre>
 *                         forward             backwardInput        backwardWeights
 *                       before after   us    before after   us    before after   us
 * 112 x 112 x 32          70 %  88 %  220      65 %  88 %  220      19 %  96 %  202
 * 112 x 112 x 96 / 2      87    98    371      34    87    417      28    98    369
 *  56 x  56 x 144         61    83    263      64    83    263      15    86    252
 *  56 x  56 x 144 / 2           91    149            84    162            84    162
 *  28 x  28 x 192         67    85     85      64    85     85      16    84     86
 *  28 x  28 x 192 / 2           84     54            83     54            83     54
 *  14 x  14 x 384         64    79     46      60    79     46      15    74     49
 *  14 x  14 x 576               80     68            80     68            76     72
 *  14 x  14 x 576 / 2           79     43            82     41            78     44
 *   7 x   7 x 960               75     30            75     30            68     33
 * </pre>
 *
 * <p>The last four are short: 3 to 4 us of starting, of the last wave and (weights) of the pass
 * that adds the slices are the 10 to 20 % that they miss.
 *
 * <p>Tried for stride 1, in the order of the table's shapes, V channels and W columns a thread:
 *
 * <pre>
 * forward                           112    56    28    14
 * V4 W4                             82 %  83 %  77 %  73 %
 * V4 W4, next row loaded ahead      83    80    79    75
 * V4 W4, stores that stream         82    82    79    74     nothing gained
 * V4 W4, blocks of 64 or 256        81    83    80    74     up to 3 points, on one shape
 * V4 W2                             77    75    75    69
 * V2 W4                             86    80    84    75     fewer registers, more threads
 * V2 W4, next row loaded ahead      83    79    78    73
 * V2 W7                             80    79    78    73
 * V2 W7, ahead, streaming           85    79    85    80
 * V2 W7, ahead                      88    83    85    79     taken: the next layer finds y in L2
 * V2 W14                            86    80    85    80     a wave less, more registers
 * strips of one channel together    78    70    77    70     the halo in L1: worse on all shapes
 * weights, blocks of 128
 * V4 W2                             73    66    65    58
 * V4 W4                             85    81    80    71
 * V2 W4                             86    79    70    61
 * V2 W7                             93    83    82    70     taken
 * V2 W7, two walks a thread         93    77    82    73     fewer blocks, less to add
 * V2 W4, next row loaded ahead      75    71    69    61     registers
 * </pre>
 *
 * <p>Stride 2 depends little on V and W: forward 93 to 96 %, weights 85 to 97 %. backwardInput
 * does: V4 W1 87 %, V4 W2 83, V2 W2 80, V4 W4 78; short walks of 7 rows lie 4 points before those
 * of 28.
 */
package org.intraq.cuda.kernel.depthwise;
