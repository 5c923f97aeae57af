/**
 * Softmax, log-softmax, cross-entropy and Kullback-Leibler divergence of rows.
 *
 * <p>Start at {@link org.intraq.tensor.kernel.softmax.Softmax} and {@link
 * org.intraq.tensor.kernel.softmax.SoftmaxLoss}. The Simd classes go over a block of rows (8192
 * elements, 32 KiB) three times while it stays in the first-level cache:
 *
 * <pre>
 * row by row        max of the row, y = x - max          vectors along the row
 * the whole block   y = exp(y)                           vectors across row ends
 * row by row        sum in double, y = y / sum           by column modulo 4; from 64 columns on modulo 16
 * </pre>
 *
 * <p>A sum has a number of partial sums that does not depend on the vector width, so that the same
 * bits come out at 128, 256 and 512 bits: four scalars for a short row, 16 lanes of double vectors
 * for a long one. The exponential is our own (see {@code kernel.elementary}): the Vector API's EXP
 * calls a platform library whose results differ between platforms and widths. Logarithms are one a
 * row and come from {@code StrictMath}.
 *
 * <p>Measured (AMD EPYC Zen 4, 512 bits, JDK 25, ns an element, one thread / two):
 *
 * <pre>
 *                        256 x 10        256 x 1000
 * softmax reference      16.0            16.9             StrictMath.exp of every element
 * softmax Simd            2.3             0.88 / 0.46
 * cross-entropy Simd      3.6             0.90 / 0.46
 * KL divergence Simd      6.7             2.53 / 1.27     two softmaxes and a scalar double sum
 * KL gradient Simd        4.9             2.07 / 1.04
 * </pre>
 *
 * <p>Then the exponential of a vector whose results are all normal takes one factor 2^n instead of
 * two and no bounds, the maximum a comparison and a blend (MAX takes five instructions for NaN and
 * zeros, one after another), and long rows are summed by double vectors. Before and after by turns
 * in one process, another processor (Zen 3, 256 bits), one thread, ns an element:
 *
 * <pre>
 *                        256 x 10        16 x 1000
 * softmax                5.70, 5.64      1.36, 0.70
 * log-softmax            8.03, 7.71      1.44, 0.72
 * cross-entropy          8.51, 8.13      1.39, 0.74
 * KL divergence          8.75, 8.61      3.86, 2.24
 * KL gradient            6.54, 5.87      3.28, 1.27
 * </pre>
 *
 * <p>Rows of ten classes are one task (2560 elements, 6 microseconds), so a second thread does not
 * help them.
 */
package org.intraq.tensor.kernel.softmax;
