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
 * <p>What was tried for tensors in memory, in loops of their own in one JVM, milliseconds, medians
 * of 11 rounds. One set of 4.2 million elements, called again and again, leaves a part of itself in
 * the last-level cache (32 MB), four sets in turn leave nothing there; then every variant runs at
 * the rate of the memory:
 *
 * <pre>
 * y = a + 2 b                  512 bits      512, four at a time   256           256, four at a time   128
 * one thread,  four sets       1.47          1.62                  1.48          1.44                  1.55
 * one thread,  one set         1.22          1.23                  1.32          1.15                  1.47
 * two threads, four sets       1.24          1.32                  1.24          1.23                  1.25
 * two threads, one set         0.67          0.74                  0.73          0.65                  0.80
 * 1 million, one thread        0.144         0.153                 0.167         0.140                 0.268
 * </pre>
 *
 * <p>Nor did it matter much where in a page or a line the three arrays begin (16 bytes behind a
 * line, or 64 bytes, 1, 2 or 65 KiB apart: 0.90 to 1.05 of the time) or in what blocks they are cut
 * (32 KiB, 128 KiB, not at all: 1.00 to 1.07). Reading a line of each ahead of a block cost time in
 * every form. Walking every other time from the last block to the first, for what the cache still
 * holds, gave 0.88 to 1.10 of the time without a pattern, also in chains of nine operations. So
 * beside PyTorch, which is bound by the same memory, sums and products of two large tensors are a
 * draw (0.9 to 1.1 with one thread). Nor do blocks matter to two threads (Zen 3, 256 bits; 32 KiB,
 * 512 KiB, halves and sixteenths of the tensor against 128 KiB; sums of 1.0, 1.2, 3.2 and 4.2
 * million elements): 0.93 to 1.11 without a pattern. Open: in two JVMs a plain sum of 256 bits,
 * again and again on one set, took 0.80 to 0.87 of the time of 512 bits; the loops of the table do
 * not show it.
 *
 * <p>Rectifying by {@code max} would need a correction for NaN and -0 that takes five instructions;
 * a comparison and a blend take two. Up to 32768 elements run on the calling thread alone, a bound
 * set by judgement: such a block takes some ten microseconds, waking a thread a few.
 */
package org.intraq.tensor.kernel.elementwise;
