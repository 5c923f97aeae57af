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
 * row by row        sum in double, y = y / sum           four scalar lanes, by column modulo 4
 * </pre>
 *
 * <p>The sums are scalar on purpose: a sum in vector lanes would depend on the vector width, and
 * here the same bits come out at 128, 256 and 512 bits. The exponential is our own (see {@code
 * kernel.elementary}): the Vector API's EXP calls a platform library whose results differ between
 * platforms and widths. Logarithms are one a row and come from {@code StrictMath}.
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
 * <p>Rows of ten classes are one task (2560 elements, 6 microseconds), so a second thread does not
 * help them.
 */
package org.intraq.tensor.kernel.softmax;
