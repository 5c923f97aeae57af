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
 */
package org.intraq.tensor.kernel.pool;
