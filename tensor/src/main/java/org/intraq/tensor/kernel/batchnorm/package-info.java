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
 * <p>A method of vector operations of more than 325 bytes of code is not inlined into its loop, and
 * on a loaded machine, where the compiler's queue is long, it was seen to stay at the second
 * compilation tier ("out of virtual registers in linear scan"), about twenty times slower. Row
 * methods are therefore short and leave tails to scalar loops.
 *
 * <p>Sources: Ioffe and Szegedy, "Batch Normalization", 2015; Chan, Golub, LeVeque, "Algorithms for
 * computing the sample variance", 1983.
 */
package org.intraq.tensor.kernel.batchnorm;
