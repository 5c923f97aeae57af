/**
 * Depthwise convolution and its adjoints. Neighbouring threads take neighbouring channels (four
 * each, as one vector, where their number and the addresses allow), so every access is coalesced.
 *
 * <pre>
 * 3 x 3, stride 1: a thread makes 4 neighbours of a row        x   +---+---+---+---+---+---+
 * from 3 rows of 6 columns: 18 loads instead of 36,            3 x |   |   |   |   |   |   |
 * the filter's row in registers                                    +---+---+---+---+---+---+
 *                                                              y       | 0 | 1 | 2 | 3 |
 * </pre>
 *
 * <p>Forward, and backwardInput of stride 1 (the same kernel with the filter turned around): 4.5
 * loads and 9 multiply-adds for each element, all but one of the loads found in L1 or L2; 8 bytes
 * of memory an element. At the 4.8 TB/s of an H200 that is 0.6 T elements/s: 11 TB/s from L1, of
 * about 29, and 11 TFLOP/s, of 67. Expected limiter: device memory.
 *
 * <p>backwardInput of stride 2 reads 2.25 elements of dy for each of dx; divisions are shifts.
 * Other windows take a plain kernel, one pixel a thread.
 *
 * <p>backwardWeights: a block takes 32 channels and a share of the lines of dy, each of its 8 warps
 * a line at a time with the window in registers (stride 1: 3 loads of x and one of dy for 9
 * multiply-adds). Products of one line are summed in single precision, at most OW of them, then in
 * double: warps, then slices, in fixed order; no atomics. Other windows take a pass for each tap.
 * Expected limiter: device memory, once blocks enough are in flight.
 *
 * <p>Not yet measured on a GPU.
 */
package org.intraq.cuda.kernel.depthwise;
