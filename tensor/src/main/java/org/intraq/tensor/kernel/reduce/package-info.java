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
 * 9.0 to 4.8; 4.2 million and more come from memory and stayed within noise (1.56 to 1.50 ms, 0.48
 * to 0.46).
 */
package org.intraq.tensor.kernel.reduce;
