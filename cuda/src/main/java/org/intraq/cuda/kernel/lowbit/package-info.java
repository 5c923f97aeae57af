/**
 * Convolution of low-bit codes: exact 32-bit sums on tensor cores (mma.sync of signed bytes) or by
 * dp4a, and the output stage on the sums while they are in registers.
 *
 * <pre>
 * weights in memory    row o: codes in order (r, s, c) as a stream of BitPacking, filled up with
 *                      zeros to units of 32 codes = kw words
 * activations          one a byte, or a stream of BitPacking over the whole tensor
 *
 * a block: 128 pixels x 128 (or 32) channels, 64 codes deep at a time, two buffers
 *   thread t carries one unit of pixel t / 2 and one of channel t / 2:
 *   memory --ka, kw words--> registers --unpack--> 8 words of 4 codes --> shared memory
 *   rows of 16 + 4 words: the 32 words of a fragment fall into 32 banks
 * </pre>
 *
 * <p>Unpacking takes four codes at a time: a funnel shift brings their 4k bits down, three shifts
 * and masks spread them over the bytes of a word, three operations extend the signs; about 12
 * instructions for four codes, 96 for a unit. Activations of 8 bits are shifted to signed bytes by
 * 128; the correction of a channel gives 128 times the sum of its weights back. The sums of windows
 * come from the codes on their way to shared memory, eight dp4a a unit.
 *
 * <p>A slice of 64 deep of the 128 x 128 tile costs 128 x 64 x (ka + kw) / 8 bytes (8 KiB for 4-bit
 * codes, 16 KiB for 8) and 2,097,152 operations: 256 or 128 a byte. A warp (of 8, each 64 x 32)
 * does 32 mma.sync of 4,096 multiply-adds, reads 96 wavefronts of shared memory and, for 4-bit
 * codes, spends about 200 instructions on its units. Expected limiter: shared memory and the
 * unpacking together, at about half the rate of the tensor cores; bytes of memory do not count.
 *
 * <p>Windows whose channels are a multiple of 32 are read in vectors; others code by code (the
 * first layer of a network). Groups with fewer than 8 output channels (depthwise) take one thread a
 * result. Codes are stored one by one, two neighbours a thread: 8 bytes of a line at a time, which
 * the L2 cache puts together.
 *
 * <p>Not yet measured on a GPU.
 */
package org.intraq.cuda.kernel.lowbit;
