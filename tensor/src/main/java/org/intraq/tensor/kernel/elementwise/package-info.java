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
 * <p>Pages of 4 KiB cost a third of that. With large ones ({@code -XX:+UseTransparentHugePages},
 * which the launcher sets), 4.2 million elements, one thread, milliseconds, by turns:
 *
 * <pre>
 *                   4 KiB            2 MiB            PyTorch beside them
 * y = a + b         1.90, 2.16       1.38, 1.29       1.61, 1.68, 1.85, 1.98
 * y = relu(a + b)   1.80, 1.76       1.31, 1.32       1.71, 1.71, 2.03, 2.05
 * y = relu(x)       0.83, 1.05       0.75, 0.77       0.73, 0.74, 0.76, 0.83
 * dx where open     1.75, 2.08       1.34, 1.24       1.32, 1.47, 1.49, 1.28
 * </pre>
 *
 * <p>Arrays begin 16 bytes behind a cache line; starting the loops on a line instead changed
 * nothing.
 *
 * <p>Rectifying by {@code max} would need a correction for NaN and -0 that takes five instructions;
 * a comparison and a blend take two. Up to 32768 elements run on the calling thread alone, a bound
 * set by judgement: such a block takes some ten microseconds, waking a thread a few.
 */
package org.intraq.tensor.kernel.elementwise;
