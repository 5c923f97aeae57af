/**
 * Two-dimensional convolution: {@link org.intraq.tensor.kernel.conv2d.Conv2d} is the contract,
 * {@code Conv2dReference} the definition, {@code Conv2dSimd} chooses the algorithm by shape, {@link
 * org.intraq.tensor.kernel.conv2d.FusedConv2d} adds frozen packed weights and the element-wise work
 * around them.
 *
 * <h2>One pass for everything</h2>
 *
 * A forward convolution and each stride phase of its adjoint are one and the same thing, a {@code
 * CorrelationPass}: a dense correlation described axis by axis (taps, steps, origin, where the
 * outputs lie). Three algorithms run it; a fourth one is for 1x1.
 *
 * <pre>
 * DirectCorrelation     rows of a matrix product = output pixels, columns = output channels,
 *                       K = taps x input channels; register tiles of {@code kernel.gemm}
 *
 *   x  ..|....|..  --copy, padded--&gt;  strip[row][channel / 16][column phase][column][16]
 *        |    |                       neighbouring pixels 16 floats apart, a tap is a constant jump
 *        +----+                       no border is tested inside; a strip fits the L2 cache
 *
 * GatheredCorrelation   strides, many output channels, 16 registers: tiles of pixels that follow one
 *                       another across the ends of rows, their windows copied tile by tile
 *
 * PhasedAdjoint         backward of strides: the phases' passes over one strip of dy
 *
 * WinogradCorrelation   F(4x4, 3x3) for 3x3, stride 1, channels in sixteens: 36 products instead of 144
 *
 *   6x6 pixels --B^T d B--&gt; V[36][channel / 16][tile][16] --36 products--&gt; M[36][tile][out] --A^T m A--&gt; 4x4 pixels
 *
 * PointwiseConvolution  1x1, stride 1: chunks of pixels times weights packed once
 *
 * WeightGradient        x^T dy by register tiles that walk along the pixels; pixels cut into chunks
 *                       by shape alone, chunks added in their order
 *
 * PointwiseWeightGradient  the same for 1x1 of many channels as products of packed blocks of pixels
 *
 * WinogradWeightGradient  the same for 3x3, stride 1, channels in sixteens by F(4x4, 3x3): 36 products for 144
 *
 *   6x6 pixels --B^T d B--&gt; V[36][channel / 16][tile][16] --36 products, K = tiles--&gt; dU[36][in][out] --G^T dU G--&gt; dw
 *   4x4 of dy --A dy A^T--&gt; D[36][tile][out channel]
 *
 * WinogradWeightSums    the same on the way of the adjoint, whose V of dy it takes; D is that of x
 * </pre>
 *
 * <h2>Variants, with what they measured</h2>
 *
 * GFLOP/s (of the direct algorithm's operations) with one thread on an AMD EPYC (Zen 4, FMA peak
 * 116), JDK 25, batch 256; "16@32" = 16 to 16 channels at 32x32.
 *
 * <table>
 * <caption>forward</caption>
 * <tr><th>variant</th><th>16@32</th><th>32@16</th><th>64@8</th><th>16 to 32, stride 2</th></tr>
 * <tr><td>strip transposed to planes (pixels side by side)</td><td>74</td><td>85</td><td>90</td><td>50</td></tr>
 * <tr><td>the same, four channels copied at a time</td><td>72</td><td>84</td><td>91</td><td>49</td></tr>
 * <tr><td>strip in blocks of 16 channels: kept</td><td>88</td><td>91</td><td>95</td><td>67</td></tr>
 * <tr><td>Winograd F(4x4), points 0, 1, -1, 2, -2 (on a busy machine)</td><td>111</td><td>162</td><td>160</td><td></td></tr>
 * </table>
 *
 * <p>Planes are still used for channel counts that are no multiple of 16, such as the three of an
 * image. Direct weight gradients reach 80 at 16@32, 84 at 32@16, 78 at 64@8; by Winograd's
 * algorithm see below.
 *
 * <h2>Winograd: which tile and which points</h2>
 *
 * Rounding error of one layer (root mean square, relative, of 16 and of 64 channels, behind a ReLU,
 * against double), products for each output, and the error of the gradient of the
 * BatchNorm-statistics loss over ResNet-20 against PyTorch:
 *
 * <table>
 * <caption>variants</caption>
 * <tr><th>variant</th><th>16</th><th>64</th><th>products</th><th>ResNet-20</th></tr>
 * <tr><td>direct sum</td><td>1.5e-7</td><td>3.0e-7</td><td>9</td><td>3.7e-7</td></tr>
 * <tr><td>F(2x2)</td><td>1.4e-7</td><td>2.3e-7</td><td>4</td><td></td></tr>
 * <tr><td>F(1x4), points 0, 3/4, -3/4, 3/2, -3/2</td><td>2.6e-7</td><td>5.0e-7</td><td>4.5</td><td></td></tr>
 * <tr><td>F(2x4), the same points along the columns: kept at first</td><td></td><td></td><td>3</td><td>3.5e-7</td></tr>
 * <tr><td>F(4x4), the same points: kept</td><td>4.1e-7</td><td>7.2e-7</td><td>2.25</td><td></td></tr>
 * <tr><td>F(4x4), points 0, 1, -1, 1/2, -2</td><td>5.5e-7</td><td>9.7e-7</td><td>2.25</td><td></td></tr>
 * <tr><td>F(4x4), points 0, 1, -1, 2, -2</td><td>9.0e-7</td><td>1.4e-6</td><td>2.25</td><td>2.4e-4 to 8.7e-4</td></tr>
 * </table>
 *
 * <p>The last column jumps because larger errors flip the signs of some rectifiers' inputs, each of
 * which switches a whole path of the gradient. Winograd's algorithm is on ({@code
 * -Dintraq.winograd=false} turns it off), but for quantized weights: there a sum decides about a
 * code, and with F(2x4) at 8 bits 12 instead of 15 and more of 19 calibrated ranges equalled
 * PyTorch's.
 *
 * <p>F(4x4) never has more products than F(2x4) from images of 4x4 on: 144 to 192 at 7x7, 576 to
 * 672 at 14x14 (3.5 tiles: 23 % of the computed pixels are cut off, 12.5 % with F(2x4)), 36 to 48
 * for each tile where the side is a multiple of 4. Milliseconds of CPU time, one thread, weights
 * packed before, both by turns in one process, two JVMs, quiet machine; in brackets F(2x4) to
 * F(4x4):
 *
 * <table>
 * <caption>F(2x4) and F(4x4); with 32 images of 32@16 and the like 1.16 to 1.28</caption>
 * <tr><th>layer, batch</th><th>forward</th><th>backward to the input</th></tr>
 * <tr><td>16@32, 256</td><td>9.47 to 7.69 (1.23)</td><td>9.47 to 7.85 (1.21)</td></tr>
 * <tr><td>32@16, 256</td><td>6.46 to 5.14 (1.26)</td><td>6.47 to 5.17 (1.25)</td></tr>
 * <tr><td>64@8, 256</td><td>5.25 to 4.18 (1.26)</td><td>5.28 to 4.22 (1.25)</td></tr>
 * <tr><td>64@56, 16</td><td>16.1 to 12.3 (1.31)</td><td>16.1 to 12.4 (1.30)</td></tr>
 * <tr><td>128@28, 16</td><td>14.8 to 11.6 (1.27)</td><td>14.6 to 11.3 (1.30)</td></tr>
 * <tr><td>256@14, 16</td><td>16.3 to 15.3 (1.07)</td><td>15.6 to 14.4 (1.08)</td></tr>
 * <tr><td>512@7, 16</td><td>18.8 to 14.4 (1.30)</td><td>18.6 to 14.3 (1.30)</td></tr>
 * </table>
 *
 * <p>Whole steps, {@code ./intraq bench}, one thread, the better of two JVMs each (the other one
 * was up to half slower, before and after): synthesis with ResNet-20 394 to 317 ms, with ResNet-18
 * 782 to 672; inference of 32 images 18.2 to 14.7 and 675 to 600, of one 0.58 to 0.49 and 23.5 to
 * 23.0.
 *
 * <p>With {@code -XX:UseAVX=2} (16 registers of 256 bits) and F(4x4) for the weights' gradient as
 * well, two JVMs each: synthesis with ResNet-20 441 and 459 to 350 and 344 ms, a step of
 * fine-tuning 1222 to 853.
 *
 * <p>With one image 64@56 gains 1.39, 256@14 1.04. 512@7 is four tiles then, and 37.7 instead of
 * 25.2 MB of weights are read for them: 0.85 of F(2x4)'s speed, from four images on 1.23. A
 * register tile of four rows (0.6 to 0.67 without it) is there for this case. F(2x4) was not kept
 * beside F(4x4) for it: frozen weights are packed before the batch is known.
 *
 * <h2>Winograd: the work around the products</h2>
 *
 * Milliseconds of CPU time with F(2x4), one thread, weights packed in the call; forward / backward
 * to the input:
 *
 * <table>
 * <caption>the whole convolution</caption>
 * <tr><th>variant</th><th>128@28</th><th>256@14</th><th>512@7</th></tr>
 * <tr><td>14 tiles or more in a task, weights transformed one by one; 512 channels direct</td><td>22.9 / 21.5</td><td>42.5 / 40.4</td><td>47.5 / 45.7</td></tr>
 * <tr><td>weights transformed by vectors, points not a power of two apart; 14 tiles</td><td>17.4 / 15.2</td><td>22.9 / 18.4</td><td>47.1 / 34.1</td></tr>
 * <tr><td>28 tiles</td><td></td><td>18.5 / 15.8</td><td>30.9 / 31.2</td></tr>
 * <tr><td>56 tiles: kept</td><td>16.6 / 14.1</td><td>18.0 / 16.1</td><td>27.9 / 28.1</td></tr>
 * <tr><td>112 tiles</td><td>17.6 / 14.2</td><td>17.7 / 16.4</td><td>28.1 / 29.0</td></tr>
 * </table>
 *
 * <p>Below 128 channels, where the weights stay in the cache, V and M of 64, 96 (kept), 128 Ki
 * floats are alike within a run's noise, and 192 Ki are 5 to 15 % slower. With F(4x4) the same
 * sizes: against 56 tiles, 32 win 3 % at 256@14 and lose 4 % at 512@7, 40 are alike and lose 5 %;
 * against 96 Ki floats, 64 lose 9 % at 64@56, 144 are alike, 192 lose 5 to 8 % at 16@32 and 32@16
 * (on a busy machine).
 *
 * <p>Other things tried: the gradient to few channels adds windows that do not overlap one after
 * another (18.4 to 14.0 at 3 to 16@32, 15.7 to 11.8 at 3 to 32@224 with stride 2, 75.8 to 70.9 for
 * 7x7). Copying each panel of dy for the weights' gradient did not pay: 39.7 to 39.1 at 256@14,
 * 47.7 to 46.7 at 512@7, but 38.0 to 41.1 for 7x7. The transforms at first handed vectors to small
 * methods; in one process of eight a convolution stayed at 39.6 instead of 18 to the end, as where
 * one of them is not inlined. Then each row of a tile was a call. Then a row of tiles was one
 * method that read each value once and held a whole tile in registers, and at 34,000 nodes came
 * near the limit at which C2 leaves vectors in memory. Then it was two passes of half a tile with
 * the same sums (18 instead of 12 values are read for 12 written). F(4x4)'s input takes four
 * passes: the first row, the last one, and two pairs of rows that are even + p odd and even - p
 * odd, as its output takes two, rows 0 and 2 from sums, rows 1 and 3 from differences.
 *
 * <table>
 * <caption>nanoseconds of CPU time for 16 channels of a 2x4 tile, one thread</caption>
 * <tr><th>transform</th><th>a call for each row of a tile</th><th>a method for a row of tiles</th></tr>
 * <tr><td>of the input, 16 / 64 channels</td><td>54 / 66</td><td>35 / 32</td></tr>
 * <tr><td>of the output, into the L2 cache</td><td>46 / 42</td><td>23 / 22</td></tr>
 * <tr><td>of the output, into memory</td><td>106 / 107</td><td>79 / 69</td></tr>
 * </table>
 *
 * <p>Not kept: results stored side by side instead of 24 distances apart (55 instead of 54 ns), no
 * range checks ({@code VECTOR_ACCESS_OOB_CHECK=0}: a few per cent of a step, seen on a busy machine
 * only). What is left of the output's transform is memory: eight lines of y are fetched to be
 * overwritten, since Java has no stores past the cache.
 *
 * <p>F(4x4), 16 channels of a tile of 16 pixels, on a busy machine: copy 60 to 80 ns, input 60 to
 * 90, output 80 to 130, and 240 to 250 for the products of 16 channels, 370 for 32, 720 for 64.
 * Neighbouring tiles share two columns of six, so a pass walks along a row of tiles for a block of
 * channels and carries them over: 80 to 62 ns for 16 channels. Arrays begin 16 bytes behind a
 * line's start, so every 512-bit access touches two lines; aligned ones took 64 instead of 88 ns.
 * Not kept: copy, V and M aligned (as large arrays, which G1 places at the start of a region): a
 * whole step took 305 to 320 ms in one JVM of three and 343 to 388 in two, without 304 to 334 in
 * three; copying the input into blocks of 16 channels, so that the transform reads side by side
 * (copy 60 to 100 and more, input 100 to 75 ns, together the same).
 *
 * <p>The products alone, GFLOP/s with V, U and M in the L2 cache: 79 for 16 channels, where K is 16
 * and a call, 28 zeros and 28 sums with them come to about a third of 448 multiply-adds; 100 for
 * 32; 96 for 64, whose 32 tiles are four tiles of 8 (56 tiles would reach 107 and leave the weights
 * no room in the L2 cache).
 *
 * <p>Two panels by 12 rows were not the same in every JVM: with sums of 16 to 64 channels C2 kept
 * seven of the 24 in memory inside the loop in three JVMs of six (10,904 instead of 9,600 bytes of
 * machine code; in the profile of the whole step only this method grew, from 64 to 98 ms). So sums
 * of up to 64 channels take two panels by 8 rows. ResNet-20's synthesis step, one thread, medians
 * of six JVMs each: 311, 314, 316, 348, 351, 368 ms before, 321, 322, 324, 330, 336, 339 after: the
 * slowest gains 8 %, the mean 2 %, and what was fast loses 4 %. Kept at 12 rows: 128@28 (8 rows:
 * 11.6 to 12.1 ms) and 256@14 (16.4 to 17.6); 64@56 loses 3 % to a large tile that is not spilled.
 * The transforms, 18,000 to 26,000 nodes, took the same time in fast and slow JVMs.
 *
 * <p>Since then products of a point go by one call for all tiles, {@code GemmBlockRows} for one
 * panel (256 bits) and {@code GemmWideBlockRows} for two: a tile's zeros, stores and call overlap
 * with the next one's sums, and 12 rows are back everywhere. d, V and M lie in one array of 4 MiB
 * whose parts begin at cache lines, and d is one row of tiles (six rows of pixels, in the L1 cache)
 * instead of an image. Products alone, quiet machine, GFLOP/s of 36 points: tile by tile, by rows,
 * by rows and aligned:
 *
 * <table>
 * <caption>products</caption>
 * <tr><th>channels, tiles</th><th>tile by tile</th><th>by rows, 256 bits</th><th>aligned</th><th>12 rows by two panels, aligned (busy machine)</th></tr>
 * <tr><td>16, 128</td><td>74 to 78</td><td>87 to 92</td><td>93</td><td></td></tr>
 * <tr><td>32, 48</td><td>96</td><td>95 to 101</td><td>100</td><td>105</td></tr>
 * <tr><td>64, 24</td><td>97</td><td>99 to 100</td><td>102</td><td>108</td></tr>
 * </table>
 *
 * <p>Not kept for 16 channels: the weights in 16 registers of 512 bits and a broadcast for each
 * product (69, with four tiles at once 53); one loop over K without segments, whose loop has 66
 * instead of 57 instructions (87 to 88). In the profile of the synthesis step the input's
 * transforms fell from 9.8 to 5.6 %.
 *
 * <p>Whole forward convolutions of batch 16 in one JVM a side, one thread, ms, before and after:
 * 64@56 13.2 to 11.9, 128@28 11.6 to 10.7, 256@14 15.4 to 14.4, 512@7 23.3 to 22.2.
 *
 * <p>The input's outer rows left 80,000 vectors an iteration as objects in one JVM of six (6.7 MB,
 * at the same speed). C2 checks the class of a receiver that it does not know, and behind a hundred
 * such checks (PerMethodTrapLimit) it leaves calls beside the operations, for which their arguments
 * are objects. Now constants in static fields, of known class, are asked to multiply, and the two
 * columns before the tiles are a loop: 59 to 76 checks instead of 89 to over 100, 15,600 nodes
 * instead of 18,300, and the same time (7.35, 7.75, 7.53 ms for ResNet-20's first stage where it
 * was 7.59, 7.71, 7.39). Not so the pairs of rows: known classes let C1 inline more, too, and it
 * ran out of registers, after which the method stays in the second compilation tier for good, five
 * times slower. And a variable must not begin as such a constant: it is an object ever after (85 MB
 * an iteration).
 *
 * <h2>Winograd: the weights' gradient</h2>
 *
 * Milliseconds, direct / by F(4x4), neighbouring runs in the benchmarks ({@code --filter
 * conv-other/ --threads 1,2}; two threads: one pair each, the others were disturbed), batch 256 and
 * 16; the ratio to PyTorch in one run with {@code --peers}, where it was 0.68 to 0.76 for 16@32 and
 * 256@14 before; root of the mean square error, relative, against double (x behind a ReLU, dy
 * normal; images in brackets):
 *
 * <table>
 * <caption>gradient of the weights, 3x3, stride 1</caption>
 * <tr><th></th><th>16@32</th><th>32@16</th><th>64@8</th><th>64@56</th><th>128@28</th><th>256@14</th><th>512@7</th></tr>
 * <tr><td>one thread</td><td>16.1 / 8.3</td><td>12.9 / 5.6</td><td>13.9 / 5.1</td><td>36.1 / 14.5</td><td>37.7 / 14.6</td><td>39.8 / 19.7</td><td>50.4 / 19.0</td></tr>
 * <tr><td>two</td><td>7.8 / 4.5</td><td>6.3 / 2.8</td><td>7.2 / 2.6</td><td>17.7 / 7.6</td><td>19.3 / 8.3</td><td>21.0 / 9.8</td><td>- / 9.8</td></tr>
 * <tr><td>PyTorch over it, one thread</td><td>1.37</td><td>2.08</td><td>2.38</td><td>2.51</td><td>2.25</td><td>1.65</td><td>1.94</td></tr>
 * <tr><td>two</td><td>1.25</td><td>2.31</td><td>-</td><td>2.45</td><td>2.22</td><td>1.76</td><td>1.74</td></tr>
 * <tr><td>error, direct</td><td>4.5e-7 (256)</td><td>2.2e-7 (64)</td><td>1.3e-7 (64)</td><td>3.8e-7 (4)</td><td></td><td>1.7e-7 (2)</td><td>0.9e-7 (4)</td></tr>
 * <tr><td>error, F(4x4)</td><td>8.4e-7</td><td>7.3e-7</td><td>7.3e-7</td><td>5.5e-7</td><td></td><td>5.0e-7</td><td>3.8e-7</td></tr>
 * </table>
 *
 * <p>A step of fine-tuning (ResNet-20, batch 256; two pairs of runs) went from 771 and 765 to 652
 * and 664 ms with one thread, from 435 to 381 with two.
 *
 * <p>A task is a chunk of tiles, 64 input channels and 64 output channels, so that its sums (590
 * KB) and a block of V and D (512 KB) are near; every part transforms again what it shares.
 * Milliseconds with one thread, all in one run:
 *
 * <table>
 * <caption>channels of a part, Ki floats of V and D</caption>
 * <tr><th></th><th>16@32</th><th>32@16</th><th>64@8</th><th>64@56</th><th>128@28</th><th>256@14</th><th>512@7</th></tr>
 * <tr><td>32, 64</td><td>8.6</td><td>5.9</td><td>6.9</td><td>18.8</td><td>18.4</td><td>22.9</td><td>24.2</td></tr>
 * <tr><td>32, 128</td><td>8.3</td><td>5.5</td><td>5.5</td><td>16.9</td><td>19.1</td><td>22.7</td><td>23.5</td></tr>
 * <tr><td>64, 64</td><td>8.2</td><td>5.8</td><td>5.9</td><td>17.0</td><td>17.3</td><td>23.0</td><td>21.9</td></tr>
 * <tr><td>64, 128: kept</td><td>8.3</td><td>5.6</td><td>5.1</td><td>14.7</td><td>15.2</td><td>20.1</td><td>19.3</td></tr>
 * <tr><td>128, 64</td><td>8.0</td><td>5.8</td><td>5.6</td><td>16.9</td><td>22.9</td><td>27.3</td><td>25.9</td></tr>
 * <tr><td>128, 128</td><td>8.3</td><td>5.7</td><td>5.3</td><td>14.4</td><td>17.8</td><td>23.5</td><td>20.8</td></tr>
 * </table>
 *
 * <p>Of 8.8 ms at 16@32 the products take 3.7 (80 GFLOP/s), the input's transform 2.6, that of dy
 * 2.4; of 19.1 at 256@14 13.0 (93), 3.2 and 2.3. Blocks of 113 instead of at most 64 tiles cost
 * accuracy at 16@32 (1.04e-6) and gain nothing. With 16 chunks whatever the shape, 64@8 took 0.92
 * instead of 0.17 ms for 8 images (direct 0.50): a chunk's transform back costs as much as ten
 * tiles. Reading whole tiles of dy in place instead of copying all with their border: the same
 * (8.84 and 8.77, 14.5 and 14.2 at 64@56, 19.1 and 18.5 at 256@14). G^T dU G in three passes that
 * each read up to 30 vectors had 18,000 nodes; in two passes through memory it is small.
 *
 * <h2>One image</h2>
 *
 * Tasks are cut by shape alone. Where an image makes few of them, output channels are shared out as
 * well: V of Winograd's tiles ({@code WinogradPlan}), unless it is microseconds of work, and the
 * copy of a strided convolution are made once, by all threads, for the tasks that follow; a 1x1
 * convolution with fewer pixels than channels packs its pixels in each of at most eight tasks.
 * Microseconds, AMD Zen 3 (AVX2, 256 bits), before and after by turns in one JVM:
 *
 * <table>
 * <caption>layers of one image</caption>
 * <tr><th></th><th>one thread</th><th>two threads</th></tr>
 * <tr><td>3x3 128@28</td><td>1,800 to 1,870</td><td>2,040 to 1,110</td></tr>
 * <tr><td>3x3 256@14</td><td>2,380 to 2,400</td><td>2,480 to 1,330</td></tr>
 * <tr><td>3x3 512@7</td><td>3,230 to 3,430</td><td>3,610 to 2,030</td></tr>
 * <tr><td>3x3/2 256@14 to 512</td><td>3,950 to 3,760</td><td>2,380 to 2,020</td></tr>
 * <tr><td>1x1/2 128@28 to 256</td><td>493 to 505</td><td>555 to 257</td></tr>
 * <tr><td>1x1 768@7</td><td>1,620 to 1,680</td><td>1,740 to 930</td></tr>
 * </table>
 *
 * <p>Whole networks with two threads: ResNet-18 40.8 to 30.6 ms (one thread 52.3 to 49.8),
 * ResNet-20 1.36 to 0.88 in single JVMs and 1.44 to 1.92 by turns in one: not decided. 64@8 of
 * ResNet-20 read 51 to 62 us with one thread in that run and 44 to 28 alone. 512@7 is bound by its
 * 37.7 MB of transformed weights. Where V is microseconds every part makes it for itself: 64@8 with
 * two threads 56 and 27 us, by the order of layers in a JVM, to 24 (one thread 34 to 39).
 *
 * <h2>Chains by strips</h2>
 *
 * Inference: a MobileNet's 1x1, depthwise and 1x1 convolution run by strips of rows ({@code
 * StripChain}), so that the large tensors between them stay in the L2 cache. Milliseconds an image,
 * one thread, before and after (with the tiles' order of {@code kernel.gemm} and, in the second
 * pair, the depthwise kernels of that day), two JVMs by turns:
 *
 * <table>
 * <caption>whole networks</caption>
 * <tr><th></th><th>batch 1</th><th>batch 32</th></tr>
 * <tr><td>MobileNetV2</td><td>12.3 to 9.2; 12.2 to 9.2</td><td>11.1 to 8.4; 10.5 to 8.2</td></tr>
 * <tr><td>MobileNetV1 0.75</td><td>9.0 to 8.4; 9.3 to 8.4</td><td>8.7 to 8.3; 8.8 to 8.1</td></tr>
 * </table>
 *
 * <p>Pairs of depthwise and 1x1 alone, of which MobileNetV1 has 13, were not kept: 8.8 to 9.4 at
 * batch 32, as a strip of the input no longer comes by long reads ahead. Smaller batches without
 * chains, for tensors that stay in the last-level cache, gain 3 to 5 % only. Strips end where the
 * depthwise kernel's groups of rows do: the same bits as layer by layer.
 *
 * <h2>Where a MobileNet's time goes with AVX2</h2>
 *
 * One image, one thread, AMD Zen 3, layer by layer within the pass, ms (time over that at the rate
 * of {@code MultiplyAddPeak} in brackets; before in a slower spell of the machine, V2 the more):
 *
 * <table>
 * <caption>before, after</caption>
 * <tr><th></th><th>1x1</th><th>depthwise</th><th>first 3x3</th><th>classifier</th><th>between operations</th></tr>
 * <tr><td>V1 0.75, of 14.4</td><td>10.4 (3.3)</td><td>1.6 (1.3)</td><td>0.8 (0.6)</td><td>0.26</td><td></td></tr>
 * <tr><td>V2, of 24.3</td><td>18.0 (9.2)</td><td>3.2 (2.6)</td><td>1.0 (0.7)</td><td>0.44</td><td></td></tr>
 * <tr><td>V2 with the products after, of 12.7</td><td>8.6 (2.1)</td><td>2.1 (1.6)</td><td>0.6 (0.4)</td><td>0.35</td><td>0.6</td></tr>
 * </table>
 *
 * <p>What few channels lost is in the card of {@code kernel.gemm}, "Sixteen registers", depthwise
 * in that of {@code kernel.depthwise}, first layers in {@code GemmColourRows}. Before that one, a
 * tile over planes with a table of where each step begins took 411 instead of 477 us for 224x224/2
 * 3x3, 3 to 32, and 2.86 ms for 3.81 for 7x7, 3 to 64, but in one JVM its sums were objects, and
 * why was not found.
 *
 * <p>Whole networks by turns in one JVM, quiet, medians, with that tile, the table above apart: V1
 * 11.5 to 10.3 ms (1.12), V2 13.5 to 11.7 (1.16); with two threads 1.16 and 1.19, which were not
 * taken apart layer by layer. Left: depthwise at 0.14 to 0.3 of the peak; 1x1 of 16 to 32 channels
 * at 112x112, 0.55 to 0.63; half a millisecond between operations (with the proxies that measured
 * it).
 *
 * <h2>Fusion</h2>
 *
 * Milliseconds of whole steps, one thread (ResNet-20 batch 256, the others batch 16 at 224x224):
 *
 * <table>
 * <caption>steps</caption>
 * <tr><th>variant</th><th>ResNet-20</th><th>MobileNetV1 0.75</th><th>MobileNetV2</th><th>ResNet-18</th><th>fine-tuning</th></tr>
 * <tr><td>convolution, moments, affine + ReLU one after another</td><td>579</td><td>611</td><td>771</td><td>2353</td><td>1633</td></tr>
 * <tr><td>fused, weights packed once</td><td>596</td><td>457</td><td>575</td><td>1510</td><td>1082</td></tr>
 * <tr><td>and F(2x4)</td><td>490</td><td></td><td></td><td>1264</td><td>871</td></tr>
 * <tr><td>and transforms of whole rows of tiles, another run</td><td>392</td><td></td><td></td><td></td><td></td></tr>
 * </table>
 *
 * <p>Later, synthesis with ResNet-20 by turns in JVMs of 14 to 16 iterations, ms, medians of each
 * JVM; a machine with neighbours, so that rows compare within themselves only:
 *
 * <table>
 * <caption>steps</caption>
 * <tr><th>variant</th><th>threads</th><th>before</th><th>after</th></tr>
 * <tr><td>products by rows of one panel, aligned</td><td>1</td><td>310, 314, 319</td><td>306, 305, 309</td></tr>
 * <tr><td>and the prologue's numbers laid out once, activations without residual computed again from z</td><td>1</td><td>317, 304, 322</td><td>299, 314, 296</td></tr>
 * <tr><td>and sums of gradients in the convolution</td><td>1</td><td>305, 309</td><td>304, 303</td></tr>
 * <tr><td>every other loop of tasks backwards, alone</td><td>1</td><td>320, 313, 309, 303</td><td>311, 299, 301, 304</td></tr>
 * <tr><td>all of these and strided adjoints over one copy of dy</td><td>1</td><td>312, 335</td><td>298, 304</td></tr>
 * <tr><td></td><td>2</td><td>185, 186</td><td>165, 165</td></tr>
 * <tr><td>two panels by rows, alone</td><td>1</td><td>325, 310, 294, 293</td><td>297, 300, 299, 293</td></tr>
 * </table>
 *
 * <p>Fine-tuning, 10 iterations: with one thread 584, 580 to 558, 546 (there with the weights'
 * gradient's V and D aligned, which was not measured alone and is not kept); with two 323, 320 to
 * 334, 341 and, later on a busier machine, 313 to 382 with and without the last two changes: not
 * decided.
 *
 * <p>The four phases of a strided adjoint each copied dy and, with a prologue, read a dz that had
 * been computed into memory; strided convolutions took 20 % of the synthesis step for 6 % of its
 * operations. Adding the second gradient of a tensor in the convolution that computes it saves a
 * pass over memory, but no time that could be seen with one thread: what goes back was written last
 * and still is in the L3 cache. That is why a loop that begins with its last task helps: the next
 * layer reads first what the last one has left there.
 *
 * <h2>Quantized blocks in training</h2>
 *
 * Where a block's activation is fake-quantized (fine-tuning), its epilogue is {@code
 * QuantizedPixels} and its prologue {@code GatedRows}; {@code quantize.RectifiedQuantize} has the
 * element's view. In passes over a tensor of the block's size (a written one is fetched before),
 * forward and back:
 *
 * <pre>
 *            one after another                           in one pass each way
 * forward    x, z written, y written, y, fq(y) written   x, fq(y) written
 * backward   dy, y, z, dz and dResidual written;         dy, g written in place, dx written
 *            dz, dx written; x, dz                       x (and g, where dw is not made on the way)
 * </pre>
 *
 * <p>Neither z nor y is kept. dScale = sum of g * z would need z, but z = x w, so it is the sum of
 * w * dw' over all but the output channels; with the scale in the adjoint's weights and behind dw',
 * dz, dResidual and g are one tensor.
 *
 * <p>What was measured is with {@code QuantizedPixels}; of the gradients of 1x1 weights, and of
 * panels of dy copied side by side, with {@code PointwiseWeightGradient}.
 *
 * <p>Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016;
 * Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures",
 * SC 2018 (blocks of 16 channels, no im2col); Dumoulin and Visin, "A guide to convolution
 * arithmetic for deep learning", 2016 (strided adjoints).
 */
package org.intraq.tensor.kernel.conv2d;
