/**
 * Maximum, average and global pooling, and the shortcut without parameters.
 *
 * <pre>
 * forward:  a vector of channels, the window's samples one after the other
 * backward: a sample of dx asks the windows that cover it         dx[i] = sum over windows that name i of dy
 *           (3x3, stride 2: 1, 2 or 4 of them)
 * </pre>
 *
 * <p>Gathering writes dx once, needs no zeroing, and rows can go to any thread; scattering would
 * zero dx, read and write it again, and could only be split by image.
 *
 * <p>Measured on two cores with AVX-512, JDK 25, the stem of ResNet-18 (16 x 112 x 112 x 64, 3x3,
 * stride 2), GB/s of all operands, one thread: maximum 13.6 (two threads 23.4), its gradient 8.5,
 * average 14.4, its gradient 7.6; global average of 16 x 49 x 1280 39, its gradient 50 (in the
 * cache). The gradients lag, probably for their short loops over one or two windows of four
 * vectors.
 *
 * <p>AVX2 (Zen 3, noisy, one run each), one and two threads, before and after: gradients of the
 * maximum by code of its own for one, two and four windows instead of loops over them, the stem
 * above 17.5 and 10.4 ms, now 13.7 and 8.7; 5 x 19 x 23 x 37 224 and 154 us, 160 and 92 with a last
 * vector that overlaps instead of scalars, 113 and 71 with both. The maximum itself there: 180 and
 * 109 us, now 88 and 55 (five scalars, whose branches nobody can foretell, took half of the time).
 *
 * <p>The shortcut without parameters by vectors instead of three calls for each pixel: 16 channels
 * of 256 images of 32x32 4.0 ms, now 2.2; 32 of 16x16 0.62 and 0.31. Global averages of many
 * channels row by row, with their chains in memory, instead of a vector of channels down all rows:
 * 16 x 49 x 1280 224 and 125 us, now 163 and 106, x 512 111 and 59, now 73 and 42 (one and two
 * threads); 64 channels became slower (170 us, then 219) and stay in registers.
 */
package org.intraq.tensor.kernel.pool;
