/**
 * Depthwise convolution: one filter for each channel.
 *
 * <pre>
 * x, channels last:  row h    | c0 c1 .. cC-1 | c0 c1 .. | ...      a vector holds LANES channels of one pixel
 *
 * 3x3, one vector of channels, along the rows; the nine weights (or the nine sums of dw) stay in registers:
 *
 * forward, stride 1      x, 9 rows:  . . x . .      a column of x completes one column of y (tap 2), goes on with
 * dx, stride 1           y, 7 rows:  . o o o .      the next (tap 1) and begins a third (tap 0): 9 loads, 63
 *                                                   multiply-adds, 7 stores a step
 * forward, stride 2      4 and 3 rows of y from 9 and 7 of x: 18 loads, 36 multiply-adds, 4 stores a step
 * dx, stride 2           8 and 6 rows of dx from 5 and 4 of dy, where dx stays in the cache; else a row of 8 columns
 * dw, stride 1           4 and 3 rows of dy, 6 and 5 of x: 10 loads, 36 multiply-adds, no stores
 * dw, stride 2           4 and 3 rows of dy, 9 and 7 of x: 22 loads, 36 multiply-adds, no stores
 * </pre>
 *
 * <p>A row that hangs over the top or bottom is left out by a branch that goes the same way all
 * along; the row's ends need no work of their own, as the walk begins and ends with fewer columns
 * under way. So padding is never multiplied. The last vector of channels overlaps its neighbour.
 * Heights that are no multiple of 7 (dw: no sum of 3s and 4s) leave rows to tiles of 7 or 8 columns
 * of one row, which also take other kernels of three columns; anything else goes four columns at a
 * time.
 *
 * <p>Before and after the walks (tiles of one row, seven or eight columns, whose set-up per row and
 * tile cost as much as 16 channels did; dw of stride 2 went through a whole chunk for each vector
 * of channels), one thread, N = 16, two runs of the benchmarks:
 *
 * <pre>
 *                 forward              dx                   dw
 * 112x112x24      3.72   1.65 ms       3.46   1.62 ms       3.88   1.99 ms
 * 112x112x32      4.37   2.52          4.46   2.50          5.70   2.64
 * 56x56x144       4.49   3.52          4.57   3.41          4.51   2.91
 * 28x28x192       0.97   0.65          1.00   0.73          1.16   0.72
 * 14x14x384       0.35   0.24          0.36   0.24          0.43   0.28
 * 7x7x768         0.145  0.136         0.144  0.121         0.194  0.147
 * 56x56x144 / 2   1.73   1.68          3.01   3.09          2.37   1.20
 * 28x28x192 / 2   0.45   0.24          0.48   0.25          0.37   0.24
 * 14x14x384 / 2   0.20   0.12          0.27   0.14          0.28   0.13
 * </pre>
 *
 * <p>In the level-one cache (14x14x16) the tile of 1x7 reached 40 GFLOP/s, one of 2x7 54, walks of
 * 4 and 3 rows 83, of 7 rows 95 of the 118 that the machine has (14x14x384, N = 16: 275 and 222
 * us). What decides the number of rows is C2: a multiply-add is 390 nodes, a load 290, and from
 * 18,000 on it inlines late. Seven rows (19,700 nodes) are safe because multiply-adds are asked of
 * the weights, which are loaded first and so known to be vectors of this width; with samples asked,
 * and a zero for each sum, 22,300 nodes, four of 24 JVMs kept vectors as objects, at a fiftieth of
 * the speed. With AVX2's 16 registers the seven rows spill: forward and dx of 14x14x384 take 0.61
 * for 0.47 ms, of 7x7x768 0.31 for 0.19, of wider maps as long or less (112x112x24 2.6 for 4.0), so
 * there rows of less than 28 stay with the tiles; stride 2 and dw gain as they do with AVX-512
 * (14x14x384 / 2: 0.17 for 0.30, dw 0.20 for 0.46). A sum that a branch in the loop leaves as it
 * was became an object a walk; "old = new" at the end does not.
 *
 * <p>So with 16 registers rows of 14 and more go two by two ({@code DepthwisePair}: nine weights,
 * six sums, one column, and a fence behind each row of x so that the compiler loads no other one
 * first; the same bits). In the level-one cache, AVX2, 2.35 to 2.8 ns a vector of results with
 * branches for a missing row and column in the loop and seven rows as four pairs; 1.8 to 2.0 with
 * methods of their own for the pairs at the top and bottom, column ends outside of the loop and
 * strips of 14 rows (peak: 1.7; a walk costs some 20 ns more to begin and end, so 14 columns take
 * 2.6 and seven stay with tiles). Large tensors go in memory order, and each column of a walk reads
 * a line of x and of y that the next pair needs: a prefetcher follows, and memory and arithmetic
 * overlap. One image in the cache it costs 15 to 20 %; from 3 * 2^20 elements on it pays. dw in the
 * same way ({@code DepthwiseSums}: a row of dy, nine sums, three vectors of dy, one of x). Batch
 * 16, by turns with the code before in one JVM, times as fast:
 *
 * <pre>
 *                 forward, one thread   two     dw, one thread
 * 112x112x24             1.12           1.07         1.14
 * 112x112x32             1.74
 * 56x56x96               1.41           1.35         1.10
 * 56x56x144              1.29           1.06         1.11
 * 28x28x192              1.18           1.21         1.21
 * 14x14x384              1.49           1.16         1.50
 * 14x14x576              1.13                        1.53
 * 7x7x768                tiles                       1.12
 * </pre>
 *
 * <p>Quartiles of 14x14x384 lie at 1.04 and 2.01; in runs at rest it is 1.0 to 1.2. Two threads
 * share one memory. Not kept: a ring of packed rows of two vectors of channels (the walk 1.8 to 2.2
 * ns, the copy 0.75; together 4.1 to 4.6 for 14x14x384, where tiles took 3.7); 14 columns in two
 * halves, so that a pair's lines fit their sets (3.9 for 3.5); weights' walks whose even vectors
 * read x and odd ones dy ahead, a whole line a column instead of half a line of each (0.90).
 *
 * <p>Large tensors ({@link org.intraq.tensor.kernel.depthwise.ReadAhead}): a walk reads a line of
 * each pixel, which no prefetcher follows, so seven rows are read before (one read a line) where x
 * and y have more than 2^22 elements together: 56x56x144 3.6 for 4.1 ms, dw of 28x28x192 0.77 for
 * 1.6, of 112x112x32 3.3 for 4.0; with less it costs (14x14x384 265 for 222 us, dw of 28x28x192 / 2
 * 315 for 265). Reading y ahead, too, was not faster: not kept. dx of stride 2 writes four times
 * what it reads; walks took 4.2 to 4.7 ms for 3.3 (112x112x48), so large ones stay with long runs.
 * With 16 registers and stride 2 four rows' worth is read ahead and used, then three's (15 rows of
 * 56x56x144 are 484 KB): 56x56x144 1.07 and 1.19 times as fast, x 96 1.06 and 1.08, 112x112x48 1.02
 * and 1.05, x 96 0.96 and 1.09 (batch 16, one and two threads, both in one JVM, the same bits). Row
 * by row those are as fast or faster still (1.1 to 1.6), smaller ones slower (0.5 to 0.9).
 *
 * <p>Tensors that begin at a cache line (the pool of the CPU backend sees to it): a vector of 64
 * bytes then lies within one line instead of across two. Forward, one thread, N = 16, medians of 31
 * by turns in two JVMs, the same bits, with the tiles of one row:
 *
 * <pre>
 *                 14x14x384   56x56x144   28x28x192   7x7x768   14x14x576   112x112x32
 * 16 bytes off     411 us      4.78 ms     1.08 ms    199 us      612 us      4.46 ms
 * aligned          327 us      4.07 ms     0.88 ms    143 us      503 us      4.35 ms
 * </pre>
 *
 * <p>What bounds it: 14x14x384 is 10.8 million multiply-adds, 0.18 ms at this machine's peak, and a
 * copy of as many bytes takes 0.18 ms; it takes 0.24. 56x56x144 has room: 1.1 ms and 1.15 ms, but
 * for what is read ahead, which does not overlap with the arithmetic.
 *
 * <p>Scale, shift and rectifier run on each vector of channels after its walk, when its rows are in
 * the level-one cache, and not on whole rows after all of them. One image, one thread, AMD Zen 3
 * (AVX2), both by turns in one JVM, us: 56x56x96 497 to 314, 28x28x192 310 to 226, 112x112x24 290
 * to 277, 14x14x384 102 to 106 (three layers, 0.93 to 1.03), 7x7x768 50 to 57. With two threads
 * 7x7x768, one strip of rows before and two parts of its channels now, takes 53 for 82.
 *
 * <p>Sources: Howard et al., "MobileNets", 2017; Zhang, Franchetti, Low, "High performance
 * zero-memory overhead direct convolutions", 2018 (channels as the vector, outputs in registers).
 */
package org.intraq.tensor.kernel.depthwise;
