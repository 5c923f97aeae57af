/**
 * Layout changes between channels-first and channels-last.
 *
 * <p>One side of a transpose is strided. A strip of 256 elements of the longer side is worked off
 * for every index of the shorter side, so the 256 lines of cache which the strided side touches (16
 * KiB) still lie in the first-level cache when the next index needs them:
 *
 * <pre>
 * [3, H*W] to [H*W, 3]   reads  RRRR.. GGGG.. BBBB..   in order
 *                        writes R..R..R.. then .G..G..G.. then ..B..B..B  into the same lines
 * </pre>
 *
 * <p>Measured (AMD EPYC Zen 4, JDK 25, ns an element, one thread / two; strips kept, the others
 * dropped):
 *
 * <pre>
 *                          256 x [3, 1024]   256 x [1024, 3]   32 x [64, 1024]   1 x [512, 4608]
 * reference                0.61              1.12              0.72 .. 1.14      3.0
 * 32x32 blocks, columns    1.42              0.60              2.45              1.47
 * 32x32 blocks, rows       0.58              1.27              2.99              2.29
 * strips                   0.46 / 0.30       0.46 / 0.26       0.85 / 0.38       2.60 / 1.25
 * </pre>
 *
 * <p>The hot case is images of three channels; large square matrices occur when weight files are
 * read, once.
 */
package org.intraq.tensor.kernel.layout;
