/**
 * Sums, minima and maxima in an order that depends on the shape alone.
 *
 * <p>{@code reduceLanes(ADD)} leaves the order of the lanes open: the interpreter adds from left to
 * right, the compiled code in a tree, so that the same call gave other bits once it was compiled (a
 * test of thread counts found it). The lanes are stored and added in order, in double.
 *
 * <p>Measured on two cores with AVX-512, JDK 25, one thread, 4.2 million elements, GB/s: sum 72,
 * minimum and maximum 32, sums of 16 columns 28 (in the last-level cache, 16.8 MB).
 *
 * <p>Minimum and maximum then waited for one chain of sums that look for NaN. Two chains, and pairs
 * of vectors that share a comparison, by turns with that in three JVMs a side (Zen 3, AVX2,
 * medians, {@code ./intraq bench --filter :minMax}): 1.0 million elements 185 to 107 us with one
 * thread and 96 to 58 with two, 1.2 million 210 to 120 and 111 to 64, {@code odd} 13.7 to 8.6 and
 * 9.0 to 4.8. From memory: 3.2 million 824 to 661 and 307 to 202, 4.2 million 1,560 to 1,500 and
 * 478 to 462, 4.8 million 1,500 to 1,670 and 696 to 678, most of them not settled.
 */
package org.intraq.tensor.kernel.reduce;
