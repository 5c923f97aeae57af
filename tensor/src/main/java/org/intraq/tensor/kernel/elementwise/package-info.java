/**
 * Element-wise arithmetic and rectifiers: one pass each, blocks of 128 KiB shared among threads.
 *
 * <p>The limit is memory. Measured on two cores with AVX-512, JDK 25, GB/s of all operands, one
 * thread, 4.2 million elements (in memory) and 1 million (in the last-level cache); a copy moves 36
 * and 56:
 *
 * <pre>
 * y = a + b        27, 82        y = relu(x)    35, 84        dx = dy where y is open   26, 80
 * y = relu(a + b)  27, 76
 * </pre>
 *
 * <p>Rectifying by {@code max} would need a correction for NaN and -0 that takes five instructions;
 * a comparison and a blend take two. Up to 32768 elements run on the calling thread alone, a bound
 * set by judgement: such a block takes some ten microseconds, waking a thread a few.
 */
package org.intraq.tensor.kernel.elementwise;
