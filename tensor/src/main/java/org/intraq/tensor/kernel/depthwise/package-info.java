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
 * <p>Before that ladder's last step (the stride 2 rows still hold):
 *
 * <p>Measured on two cores with AVX-512, JDK 25, 3x3, in GB/s of x + y and GFLOP/s, one thread:
 *
 * <pre>
 * data in the last-level cache   forward        dx             dw
 * 56x56x32, N = 1                23.0   52      22.3   50      26.2   59
 * 56x56x144, N = 1               21.7   49      21.6   49      22.8   51
 * 28x28x192, N = 1               21.7   49      20.7   47      20.4   46
 * 7x7x768, N = 1                 11.6   26      12.8   29       8.1   18     most pixels are border
 *
 * N = 16, data in memory         forward        dx             dw            two threads: forward, dx, dw
 * 112x112x24                      8.2            9.5           10.1           17.2   17.5   19.3
 * 112x112x48, stride 2           10.0           11.5            9.6           18.0   20.5   15.6
 * 56x56x144                       5.5            5.4            6.6           11.4   12.0   11.3
 * 14x14x384                       9.3            9.6            6.0           28.8   26.2   21.2
 * 14x14x576, stride 2            25.4           18.8           11.5           52.1   37.2   24.4
 * </pre>
 *
 * <p>In memory the tile's many short streams (ten columns of three rows, eight of stores) defeat
 * the prefetcher, it seems: a plain copy moves 25 GB/s. Tried against that on a busy machine,
 * without a gain beyond its noise: reading the next input row, the row's segment, or the output's
 * segment ahead of each tile (one load a cache line). At 256 bits the same code reaches 35 GFLOP/s.
 *
 * <p>Sources: Howard et al., "MobileNets", 2017; Zhang, Franchetti, Low, "High performance
 * zero-memory overhead direct convolutions", 2018 (channels as the vector, outputs in registers).
 */
package org.intraq.tensor.kernel.depthwise;
