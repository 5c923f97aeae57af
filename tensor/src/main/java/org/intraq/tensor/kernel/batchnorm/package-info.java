/**
 * Batch statistics, BatchNorm, and affine maps of channels with residual sum and rectifier fused
 * in.
 *
 * <pre>
 * [M, C], C = 24:   | row 0 | row 1 | .. | row 21 |      wide row: 22 rows as one of 528 = 33 whole vectors
 *                   | row 22 | ...                       (ChannelTiling; numbers of a channel are repeated)
 *
 * chunk of wide rows  ->  per column: a = mean, d1 = sum (x - a), d2 = sum (x - a)^2     single precision
 * chunks              ->  per channel: Chan's combination                                  double, fixed order
 * </pre>
 *
 * <p>Kept: two passes over a chunk that lies in the cache, one over memory. The sums of x and x^2
 * would save the second one but lose the variance under a large mean (at x = 1000 the squares are
 * 0.06 apart in single precision); sums shifted by the chunk's first row stand a large mean, but
 * not an outlier in that row.
 *
 * <p>Sizes tried: wide rows of at least 64 elements left inner loops of four vectors, 10 to 17
 * cycles a vector for the moments; at least 256, with chunks of 256 KiB instead of 64, took 0.14
 * instead of 0.19 ms on [16384, 64], in another run on a busier machine. The larger chunk has fewer
 * partial results to combine and still fits the level-two cache.
 *
 * <p>Measured on two cores with AVX-512, JDK 25, one thread, GB/s of all operands, M = 262144, C =
 * 16 (16.8 MB each) and M = 16384, C = 64 (4.2 MB each, in the last-level cache), with wide rows of
 * 64 and chunks of 64 KiB; a copy moves 36 and 56:
 *
 * <pre>
 * affine 42, 58      affine + ReLU 41, 55        affine + add + ReLU 27, 63
 * moments' gradient 35, 51                       ReLU's and affine's gradient 26, 46
 * the same with moments mixed in 26, 41          and with dScale, dShift 20, 27
 * moments 13, 23                                 BatchNorm forward 21, 37, backward 22, 52
 * </pre>
 *
 * <p>Two million elements and more: a row at a time. Four rows side by side save stores, but each
 * load instruction then jumps from row to row, and the prefetcher does not follow it; a row at a
 * time it runs along memory. Microseconds for [262144, 16], the copy that took 770 to 840 beside
 * them, medians of two pairs of runs; BatchNorm's backward pass moves five times a tensor, which at
 * the copy's rate takes 2050:
 *
 * <pre>
 *                        one thread                    two threads
 *                        four rows     row by row      four rows   row by row
 * sums of the gradient   2022, 1950    1096, 1057      1235         645
 * BatchNorm backward     3645, 3494    2887, 2525      2260        1616
 * moments                 704,  644     740,  712       682         428       (eight rows)
 * BatchNorm forward      1863, 1810    1763, 1651      1278         982
 *
 * [16384, 64], in the cache: sums 146 and 186, backward 393 and 433, moments 133 and 170
 * </pre>
 *
 * <p>Tried in a loop of its own: sums in registers down four vectors (875 where row by row took
 * 1024; only for channels that divide 64); one read a line ahead of the four rows (2359 of 2540);
 * dx from the last row to the first, for what the cache still holds (no gain).
 *
 * <p>A method of vector operations of more than 325 bytes of code is not inlined into its loop, and
 * on a loaded machine, where the compiler's queue is long, it was seen to stay at the second
 * compilation tier ("out of virtual registers in linear scan"), about twenty times slower. Row
 * methods are therefore short and leave tails to scalar loops.
 *
 * <p>Sources: Ioffe and Szegedy, "Batch Normalization", 2015; Chan, Golub, LeVeque, "Algorithms for
 * computing the sample variance", 1983.
 */
package org.intraq.tensor.kernel.batchnorm;
