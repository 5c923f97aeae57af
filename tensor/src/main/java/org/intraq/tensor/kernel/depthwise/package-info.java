/**
 * Depthwise convolution: one filter for each channel.
 *
 * <pre>
 * x, channels last:  row h    | c0 c1 .. cC-1 | c0 c1 .. | ...      a vector holds LANES channels of one pixel
 *
 * forward, stride 1, tile of 8 outputs:   x0 x1 x2 x3 x4 x5 x6 x7 x8 x9     10 loads of a row
 *                                          \  |  /                           24 multiply-adds
 *                                            y0 y1 y2 y3 y4 y5 y6 y7         8 registers, 3 of weights
 *                 tile of 7 outputs where the row is a multiple of 7; x0 or the last x is left out
 *                 where it lies outside the row
 * dx, stride 1:   forward with the kernel turned by half a circle
 * dx, stride 2:   dx[even] meets taps 0 and 2, dx[odd] tap 1: 8 columns of dx from 5 of dy
 * dw, stride 1:   7 of dy in registers, 3 sums of a row of taps; x and dy are read as they lie in memory
 * dw, stride 2:   9 sums of one vector of channels stay in registers over a whole chunk of outputs
 * </pre>
 *
 * <p>Rows of the window that hang over the top or bottom are left out of a list of row offsets.
 * With stride 1 the tiles reach over a row's ends by one column; otherwise columns on the border
 * are done one by one. The last vector of channels and the last tile of a row overlap their
 * neighbours. So the interior has no masks, and padding is never multiplied.
 *
 * <p>The ladder, 3x3, one thread, before and after a step:
 *
 * <pre>
 * 14x14x384                                       forward      dx           dw
 * tiles of 8 whole windows, border pixel by pixel   635 us     624 us       787 us   (dw: 9 sums in registers)
 * tiles of 7 or 8 over the row's ends, stride 1     436 us     439 us       510 us   (dw: in memory order)
 *
 * stage2.unit1, stride 2                          forward                   dw
 * tiles of 4 whole windows (kept)                  5.61 ms                  5.52 ms
 * tiles of 7 over the row's ends (not kept)        6.18 ms                  6.11 ms
 * </pre>
 *
 * <p>dw with stride 2, nine sums in registers, one thread, the best of two runs by turns:
 *
 * <pre>
 * outputs together       112x112x48   14x14x576   28x28x192   56x56x96     (N = 16)
 * 4                         1            1           1           1
 * 4, a row of taps a call   0.88         0.77        0.74        0.78      three chains of sums wait for themselves
 * 2: kept                   1.09         1.04        1.05        1.02      half of the code
 * </pre>
 *
 * <p>Other layers of stride 1 gain 1.3 to 1.9 times. With stride 2 a tile of 7 reads 15 columns, of
 * which 6 are used twice, so that a wider tile saves few loads.
 *
 * <p>Tensors that do not stay in the caches ({@link org.intraq.tensor.kernel.depthwise.ReadAhead}):
 * a tile's many short streams (ten columns of three rows, eight of stores) defeat the prefetcher.
 * One read a line along each coming row, before its tiles, is a stream that it follows.
 * Milliseconds with N = 16, before and after, medians of two runs by turns; the same bits:
 *
 * <pre>
 *                     one thread                           two threads
 *                forward      dx          dw           forward      dx          dw
 * 56x56x144     9.9   5.2    9.9  5.3    9.2  5.1     4.3   2.8    4.3  2.9    4.4  2.9
 * 28x28x192     2.7   1.3    2.5  1.5    2.9  1.6     1.0   0.62   0.90 0.77   1.1  0.75
 * 112x112x48/2  4.4   3.1    3.7  3.7    4.8  3.2     2.1   1.5    1.9  1.9    2.2  1.9
 * 56x56x96/2    2.2   1.2    2.2  2.1    2.4  2.0     0.91  0.57   1.1  1.1    1.0  0.93
 * </pre>
 *
 * <p>Not kept: rows copied into a ring of four that stays in the cache (forward 6.0 and 1.6 ms in
 * the first two rows: it stores as much as it loads), with results copied out from a row as well
 * (6.2, 1.8); the row of results read ahead, too (4.8 to 6.3, 1.5). With 24 channels a tile's
 * columns are one run of 768 bytes, and reading ahead costs 8 %; with tensors of less than 8 MB up
 * to 15 %. dx with stride 2 is bound by its stores.
 *
 * <p>Measured on two cores with AVX-512, JDK 25, 3x3, in GB/s of x + y and GFLOP/s, one thread,
 * data in the last-level cache:
 *
 * <pre>
 *                                forward        dx             dw
 * 56x56x32, N = 1                23.0   52      22.3   50      26.2   59
 * 56x56x144, N = 1               21.7   49      21.6   49      22.8   51
 * 28x28x192, N = 1               21.7   49      20.7   47      20.4   46
 * 7x7x768, N = 1                 11.6   26      12.8   29       8.1   18     most pixels are border
 * </pre>
 *
 * <p>With {@code fma} the tiles of stride 1 kept their vectors as objects in one JVM of six to
 * eight (14x14x384 forward 27 and 39 ms instead of 0.5); with {@code lanewise} in none of eight, at
 * the same speed.
 *
 * <p>Tensors that begin at a cache line (the pool of the CPU backend sees to it): a vector of 64
 * bytes then lies within one line instead of across two. Forward, one thread, N = 16, medians of 31
 * by turns in two JVMs, the same bits:
 *
 * <pre>
 *                 14x14x384   56x56x144   28x28x192   7x7x768   14x14x576   112x112x32
 * 16 bytes off     411 us      4.78 ms     1.08 ms    199 us      612 us      4.46 ms
 * aligned          327 us      4.07 ms     0.88 ms    143 us      503 us      4.35 ms
 * </pre>
 *
 * <p>What bounds it: 14x14x384 is 10.8 million multiply-adds, 0.18 ms at this machine's peak, and a
 * copy of as many bytes takes 0.18 ms. Twice PyTorch's speed (0.41 ms) would be both at once.
 * 56x56x144 has room: 1.1 ms and 1.15 ms.
 *
 * <p>With 24 and 32 channels (112x112, N = 16: 10 GB/s, in memory or not) a tile has one or two
 * vectors of channels, and setting it up costs as much as they do. At 256 bits the same code
 * reaches 35 GFLOP/s.
 *
 * <p>Sources: Howard et al., "MobileNets", 2017; Zhang, Franchetti, Low, "High performance
 * zero-memory overhead direct convolutions", 2018 (channels as the vector, outputs in registers).
 */
package org.intraq.tensor.kernel.depthwise;
