/**
 * Batch statistics, BatchNorm and the fused blocks around it on x [rows, C], the channel last.
 *
 * <p>A thread keeps four adjacent channels (one where C or a window's address is no multiple of
 * four floats), holds their parameters in registers and walks down the rows; a warp reads 512
 * adjacent bytes. Sums: eight rows in single precision, then double, then a tree whose shape is
 * that of the tensor; two launches, no atomics.
 *
 * <pre>
 * kernel                  reads, writes (bytes, n elements)     expected limiter   measured
 * moment_sums             4 n                                   memory             not yet on a GPU
 * centered_affine, train  8 n (train: 12 n with its sums)       memory             not yet on a GPU
 * train_backward          20 n with its sums                    memory             not yet on a GPU
 * affine_relu             8 n, 12 n with residual               memory             not yet on a GPU
 * affine_relu_backward    12 n, 16 n with moments, + 4 n dr     memory             not yet on a GPU
 * affine_relu_sums        16 n, + 4 n dr                        memory             not yet on a GPU
 * </pre>
 *
 * <p>Source of the statistics: Chan, Golub, LeVeque, "Algorithms for computing the sample
 * variance", 1983: corrected two-pass within eight rows, shifted sums between them.
 */
package org.intraq.cuda.kernel.batchnorm;
