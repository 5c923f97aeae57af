/**
 * Integer convolution and matrix product of unsigned activation codes and signed weight codes of 2
 * to 8 bits, any pair, with exact 32-bit sums; the kernel's card.
 *
 * <p>{@link org.intraq.tensor.kernel.lowbit.LowBitConvolution} is the contract, {@link
 * org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference} the definition, {@link
 * org.intraq.tensor.kernel.lowbit.LowBitKernels} chooses.
 *
 * <h2>The way of a strip</h2>
 *
 * <pre>
 * codes (a byte each, or packed)             weights (packed once, at their real width)
 *   | StripInput: about 192 output pixels,     | TileKernel.layOut: groups, blocks of columns,
 *   | every input pixel packed once,           | steps, lanes
 *   | padding written as the code of zero      |
 *   v                                          v
 * cells [row][column][cells of a pixel] ---> TileKernel.multiply: window = first cell + offsets,
 *   |                                          | so no matrix of windows is ever built
 *   | sums of codes per pixel, then per window v
 *   +------------------------------------> sums [pixel][column], 32 bits, in the cache
 *                                              | OutputStageSimd: correction, multiplier, residual,
 *                                              v activation, requantization
 *                                            codes or floats
 * </pre>
 *
 * <p>{@code WinogradCodes} and {@code FloatWinograd} go another way (their own pictures):
 * transformed tiles of pixels times transformed weights, then back, then the same output stage.
 *
 * <p>Tasks are rectangles of output pixels (and parts of the output channels where there are few
 * rectangles), cut by the shape alone.
 *
 * <h2>Strategies</h2>
 *
 * <ul>
 *   <li>{@code WideShortTile}, {@code NarrowShortTile}: 16-bit multiply-add, two neighbouring codes
 *       in a 32-bit lane, widened when 16 bits are full (after 511 steps of two codes for U4S4, 31
 *       for U6S6). Codes are centred (u - 2^(ka-1)), which doubles the number of steps; the sums
 *       start from 2^(ka-1) * (sum of the weight codes) in return. Works for every pair. In front
 *       of an output stage the zero points of the weights are subtracted when a panel is unpacked,
 *       so that the sums need no correction and no sums of activation codes. The narrow tile takes
 *       eight windows by one vector of columns, the wide one six by two; it is chosen where it
 *       leaves fewer columns empty. With 16 vector registers {@code RunShortTile} takes the place
 *       of the wide one (below).
 *   <li>{@code WinogradCodes}: 3x3 with stride 1 and channels in sixteens. 16 products for four
 *       outputs instead of 36, in 16-bit lanes modulo 2^16. Nothing is widened on the way: whatever
 *       wraps, four times the result is right as long as it fits into 16 bits itself, which the
 *       weights of the layer decide (16 to 128 channels at a time for U4S4; not for 7 bits and more
 *       on both sides). Reads the same resident weights as the tiles above and transforms them for
 *       every strip, so that they stay at their real width.
 *   <li>{@code FloatWinograd}: the same convolutions with 36 products for sixteen outputs, by f32's
 *       multiply-adds, exact because all numbers are whole and small (below). With 16 registers.
 *   <li>{@code PopcountTile}: bit planes, AND and population count, 32 products a lane and
 *       instruction triple, ka * kw passes joined by Horner's rule in one accumulator. Weights are
 *       made unsigned; the window sum pays that back.
 *   <li>{@code FusedTile}: fused multiply-add in f32, exact as long as the sum of a few steps stays
 *       within the mantissa. One product (7 and 8 bits on both sides: 255 steps of U8S8), or two
 *       columns in one number, a * (w0 + 2^11 w1), whose fields are taken apart every 15 steps of
 *       U4S4, 63 of U3S3, 255 of U2S2; two fields are there to be compared only.
 *   <li>{@code LookUpTile}: a table of the 64 sums of six codes of a pixel, read by byte
 *       permutation (selectFrom, VPERMB) with six bits of weights for 64 columns at a time; kw
 *       planes. To be compared only.
 *   <li>{@code DepthwiseCodes}: lanes along channels, zero points of the weights subtracted before
 *       the products; where the corrected sums fit into 16 bits. {@code DepthwiseStride1} has the
 *       3x3 ones of stride 1: codes widened once, into rows that go on from one to the next, and a
 *       walk along them with nine taps in registers; {@code DepthwiseRows} the other 3x3 ones:
 *       codes widened where they are multiplied, three rows of bytes in a ring.
 *   <li>{@code CodeSteps}: the output stage behind both in one multiply-add, where that gives the
 *       same codes (asked for every channel, at the sums where the code changes; 7 bits and less).
 *   <li>{@code DepthwiseFloats}: the f32 kernel on whole numbers, for corrected sums up to 2^24,
 *       any window, residual and result.
 *   <li>{@code DepthwiseSimd}: 32-bit sums, for those beyond and where sums are asked for.
 * </ul>
 *
 * <h2>Measured</h2>
 *
 * <p>JDK 25, AMD EPYC (Zen 4, 512-bit vectors), one thread, 10^9 operations a second (a
 * multiply-add is two), codes in and codes out with packing and output stage, nothing else running;
 * {@code ./intraq bench --strategies}, all of a row by turns in one process, medians. f32 = this
 * project's own product or convolution (3x3: Winograd's algorithm). The best integer figure is the
 * one that {@code LowBitKernels} chooses in every row.
 *
 * <pre>
 *                                  f32   16-bit lanes   bit planes   look-up   fused   chosen / f32
 * U2S2  1024 x 576 x 64             97        156           307         126     161       3.16
 *       784 x 1152 x 128            99        163           411         199     173       4.15
 *       512 x 1024 x 512           103        167           452         264     177       4.39
 *       3x3/2 28x28x128 -&gt; 128     107        160           358         248     171       3.35
 *       3x3   28x28x128 -&gt; 128     263        309 (W)       461         339     184       1.75
 * U3S3  1024 x 576 x 64             97        154           174         107     135       1.79
 *       784 x 1152 x 128            95        159           208         153     146       2.19
 *       512 x 1024 x 512            97        164           222         191     152       2.29
 *       3x3/2 28x28x128 -&gt; 128     105        152           183         174     145       1.74
 *       3x3   28x28x128 -&gt; 128     269        295 (W)       228         226     161       1.10
 * U4S4  1024 x 576 x 64             99        155           113          85     100       1.57
 *       784 x 1152 x 128            94        156           125         114      98       1.66
 *       512 x 1024 x 512            93        157           129         126      95       1.69
 *       3x3/2 28x28x128 -&gt; 128     104        156           119         123     101       1.50
 *       3x3   28x28x128 -&gt; 128     265        278 (W)       135         147     110       1.05
 * U8S8  1024 x 576 x 64            100         18            33           -      87       0.87
 *       784 x 1152 x 128            92         17            33           -      89       0.97
 *       512 x 1024 x 512            96         16            33           -      90       0.94
 *       3x3/2 28x28x128 -&gt; 128     104         17            33           -      88       0.85
 *       3x3   28x28x128 -&gt; 128     265         17            35           -      97       0.37
 * (W) Winograd's algorithm in 16-bit lanes
 *
 * the products and 3x3/2, another run:   U5S5  16-bit 150 to 158    U6S6  132 to 136
 *                                        U7S7  16-bit 64 to 70, fused 88 to 92
 * </pre>
 *
 * <p>What 1024 products take in the inner loops, counted (vector instructions; bytes read from the
 * first or second cache); N columns share a table:
 *
 * <pre>
 *                  instructions                                       U2S2  U3S3  U4S4    bytes
 * 16-bit lanes     a multiplication, an addition for 32                64    64    64      405
 * bit planes       ka kw times three for 512                           24    54    96      36 ka kw
 * look-up          kw times permutation, addition for 384,
 *                  four to widen every 14, 6, 2 steps,                 14    23    45      213 kw
 *                  18 to make a table of 6 codes: 3072 / N             +48 at N = 64, +6 at 512
 * fused, 2 fields  one for 32, 13 for every 255, 63, 15 of them        34    39    60      320
 * </pre>
 *
 * <ul>
 *   <li>16-bit lanes win from 10 to about 40 bits of ka * kw: late widening leaves nothing but a
 *       multiplication and an addition, whatever the widths, and what is read is mostly 4 bytes
 *       broadcast. With 7 bits on both sides 16 bits are full after 7 steps, with 8 after one.
 *   <li>Bit planes win where ka * kw is at most 9 and words of 32 channels are full: 512 one-bit
 *       products for three instructions, and codes read at their real width. In 3x3 convolutions
 *       Winograd's algorithm leaves 16-bit lanes 4 products of 9; there planes win at 2 by 2 bits
 *       and 64 channels and more only.
 *   <li>Look-up wins nowhere, although it has the fewest instructions at N = 512: every permutation
 *       reads a table of 64 bytes of its own, tables are 11 bytes a code (a window of 1152 codes
 *       has 12 KB, four windows leave the first cache), and below 256 columns making them is most
 *       of the work. Reading all planes of 64 steps before the next 64, so that tables stay in the
 *       first cache, gave 184 for 200, 144 for 159 and 106 for 113 (more sums are written); two
 *       steps at a time nothing.
 *   <li>Two products in a fused multiply-add: the bound is twice the f32 peak, 236, the same as two
 *       instructions for 32 products. Of it f32's own product reaches 84 %, two fields 73 % at
 *       U2S2, where bit planes are at 410. At U4S4 the fields are full after 15 steps, and 512-bit
 *       stores take two cycles, three of them for every 15 instructions. With one vector of columns
 *       instead of two the broadcasts were the limit (133 for 172); a float loaded as a number and
 *       broadcast costs more than its bits (123 for 133). Fields in f64 have as many products an
 *       instruction (four of 13 bits in 8 lanes).
 *   <li>One product in a fused multiply-add wins from 7 by 7 bits: 16 products an instruction as in
 *       f32, and 255 steps of U8S8 before the sums leave the floats.
 *   <li>The Vector API has no operation for VPMADDWD, VPDPWSSD or VPDPBUSD; a machine-code tier
 *       would use them.
 *   <li>Helpers that take vectors as arguments are not always inlined and then box: tiles store
 *       their accumulators to a small array, and another method adds them up. Methods of more than
 *       about 18,000 nodes box in some runs (12.6 MB and a quarter of the time a call of
 *       ResNet-20): one width, one half of the positions each in {@code WinogradTransform}.
 *   <li>Lanewise MAX and MIN on floats cost eight instructions each (NaN, -0): the output stage
 *       compares and blends, and rounds by adding 1.5 * 2^23.
 *   <li>The general output stage was one loop with a branch for each operation, whose value came
 *       from one of several branches: an object for each in some JVMs (2.4 MB a call of ResNet-20).
 *       Passes over 64 pixels in an array ({@code OutputStagePasses}) are as fast or faster: 1.04
 *       to 1.10 for ResNet-20 W4A4, 1.08 to 1.16 for depthwise layers of 8 bits (112x112x24,
 *       56x56x96), 0.95 to 1.00 for three of fewer bits, 1.00 and 1.02 for MobileNets (AVX2, one
 *       thread, by turns in one process). Corrected sums as a pass of their own cost those
 *       depthwise layers a sixth: not kept. The last vector overlaps the one before where channels
 *       are no multiple of the lanes, instead of scalars: 1.09 and 1.08 for 144 to 44 channels at
 *       28x28 and 96 to 20 at 56x56 with a residual of codes (256 bits). At 512 bits that is what
 *       24, 40 or 72 channels are, which was not measured.
 * </ul>
 *
 * <p>Layers in whole networks (W4A4, one image, one thread, nothing else running; before and after
 * come from two runs in which f32 took 1.04 and 1.03 ms for ResNet-20, 12.7 and 14.2 ms for
 * MobileNetV1 0.75):
 *
 * <pre>
 *                                              before   after
 * depthwise 3x3 112x112x24                        8      27    DepthwiseCodes instead of DepthwiseSimd
 * depthwise 3x3  28x28x192                       12      34    (DepthwiseRows, later, not measured alone)
 * depthwise 3x3  14x14x384                       11      28
 * </pre>
 *
 * <p>Whole networks are in {@code bench/README.md}.
 *
 * <p>Winograd's algorithm on codes: a product in its form leaves 16 bits after some 14 steps if it
 * is widened as usual; what makes it pay is that only its result needs to fit. F(2x4), which f32
 * uses, would need 16 times the result to fit and is not built. Where few tiles share the weights
 * (7x7), their transform takes two fifths of the time. Chunks of 256 channels were no faster than
 * of 128, and 32 tiles a strip slower than 112.
 *
 * <h2>16 registers of 256 bits</h2>
 *
 * <p>JDK 25, AMD Zen 3 (AVX2, two multiplications of 16 lanes a cycle, four additions, six
 * instructions issued), one thread, a machine with neighbours whose clock changes by a half, so
 * that only ratios of a row can be compared; {@code ./intraq bench --strategies} (one of f32's
 * figures had not settled; it was 0.5 of another row's):
 *
 * <pre>
 *                                  f32   16-bit lanes   bit planes   look-up   fused   chosen / f32
 * U2S2  1024 x 576 x 64               78         99            67           80      108       1.38
 *       784 x 1152 x 128              77        102            72          110      116       1.51
 *       512 x 1024 x 512              73        106            73          124      117       1.60
 *       3x3/2 28x28x128 -&gt; 128        43         69            60           66       73       1.70
 *       3x3   28x28x128 -&gt; 128         -        118 (W)        58           91       88       0.5
 * U3S3  1024 x 576 x 64               75        103            32           58       98       1.37
 *       784 x 1152 x 128              43         60            26           63       65       1.40
 *       512 x 1024 x 512              70        109            34           81       96       1.56
 *       3x3/2 28x28x128 -&gt; 128        65         87            27           53       87       1.34
 *       3x3   28x28x128 -&gt; 128       223        170 (W)        35           88      115       0.76
 * U4S4  1024 x 576 x 64               73        101            18           42       58       1.38
 *       784 x 1152 x 128              67        103            19           51       49       1.54
 *       512 x 1024 x 512              78        111            19           57       54       1.42
 *       3x3/2 28x28x128 -&gt; 128        71         96            18           51       61       1.35
 *       3x3   28x28x128 -&gt; 128       231        124 (W)        20           51       65       0.54
 * U8S8  1024 x 576 x 64               78          8             5            -       63       0.81
 *       784 x 1152 x 128              76          7             5            -       65       0.86
 *       512 x 1024 x 512              76          7             5            -       62       0.82
 *       3x3/2 28x28x128 -&gt; 128        71          8             5            -       63       0.89
 *       3x3   28x28x128 -&gt; 128       229          8             5            -       70       0.31
 * </pre>
 *
 * <p>By turns in one process (the classes before and after in loaders of their own, medians of 15
 * ratios; the same code twice differs by up to a tenth), times as fast as before:
 *
 * <pre>
 *                                     16-bit tile of   4x2    5x2: kept
 * U4S4  784 x 1152 x 128                               1.05     1.15
 *       784 x 192 x 192                                1.02     1.04
 *       196 x 384 x 384                                1.06     1.11
 *       3x3/2 28x28x128 -&gt; 128                         1.01     1.01
 *       3x3/2 32x32x16 -&gt; 32 (runs of 24 steps)        0.80     0.78   left to the wide tile
 *       3x3   56x56x64 -&gt; 64                           1.10     1.10
 *       3x3   28x28x128 -&gt; 128                         0.92     0.92
 *       3x3   14x14x256 -&gt; 256                         1.03     1.05
 * MobileNetV1 W4A4                            1.05, 1.08     1.03, 1.25
 * ResNet-18 W4A4                              1.11, 0.95     1.04, 0.99
 * ResNet-20 W4A4                                       1.04     1.03
 * ResNet-20 W2A2, 16-bit lanes throughout              1.25     1.20
 *
 *                                      fused tile of   4x2: kept  5x2
 * U8S8  1024 x 576 x 64                                2.55       2.57, in another JVM 1.55
 *       3x3   28x28x128 -&gt; 128                         -          1.66
 * ResNet-20 W8A8                                       1.29       1.31
 * </pre>
 *
 * <p>The benchmarks {@code low-bit-}, 97 cases with one thread and 96 with two, before and after:
 * 0.71 and 0.94 of f32 with one, 0.70 and 0.94 with two (one run each, with the 16-bit tile of 4x2
 * for runs from 16 steps on).
 *
 * <p>Counted in the machine code, a step of two codes (products a cycle if nothing but issue or the
 * multipliers limits it, and what was measured alone, sums and operands in the first cache, as a
 * multiple of the peak of f32's multiply-adds, 16 a cycle):
 *
 * <pre>
 *                                        instructions  products  spills  possible  240 steps  16 steps
 * 6x2, every cell at its own offset           58          192      none     20        1.33      1.20
 * 6x2, rows at distances known to C2          36          192      2 sums   32        1.0       -
 * 4x2, the same                               31          128      none     25        1.26      -
 * 12x1, the same                              45          192      none     26        1.23      -
 * 5x2, a run, its loop alone in the method    38          160      none     25        1.53      1.24
 * 4x2, a run, its loop alone in the method    31          128      none     25        1.49      1.15
 * 5x2, runs in a loop, sums across both       -           160      yes      -         1.0       0.8
 * FusedTile, 8x2 (128 steps)                  -           128      4 sums   -         0.57      -
 * 4x2, a run                                  -            64      none     -         0.73      -
 * 5x2, a run                                  -            80      -        -         0.55      -
 * </pre>
 *
 * <ul>
 *   <li>Nothing was spilled in the 16-bit tile; a third of what it issued were comparisons and
 *       additions for the six offsets. C2 takes range checks out of a loop whose cells are
 *       neighbours, so {@code ShortRows} walks along runs: all steps of a 1x1 convolution, a row of
 *       a window elsewhere. Where C2 may order the loads freely, it loads all broadcasts first;
 *       then 12 sums do not stay in 16 registers, and 10 do. Every run is widened on its own, so
 *       runs of less than 64 steps are left to the wide tile.
 *   <li>{@code FusedTile} kept 4 of its 16 sums in memory, one store and load a step each: 4x2 is
 *       1.3 to 1.4 times as fast alone, for 7 and 8 bits on both sides.
 *   <li>Bit planes are never chosen: counting bits takes some ten instructions without AVX-512. At
 *       2 by 2 bits two products in a fused multiply-add (255 steps) take their place but for
 *       Winograd's algorithm. The table's "chosen" is what is chosen with this rule.
 *   <li>Winograd's products: from 16 steps on by the same rows (alone 1.1 to 1.3 times as fast, in
 *       layers 0.95 to 1.1); for 8 steps 16 weights, most of them read from the stack, are no
 *       slower than one vector of columns (1.0) or four steps of two (0.95 to 1.15).
 *   <li>A broadcast is one instruction only where its vector has two uses or does not end in a
 *       store of the same loop: C2 folds a load into an expression of one use, but not past the
 *       memory state of a store, and then loads to a scalar register, moves and broadcasts: one
 *       vector of columns with weights in registers came to 0.6. Storing an iteration later mends
 *       it.
 *   <li>Four steps in a turn, as in f32's panels: a fence between windows holds back loads, and so
 *       multiply-adds, but not a multiplication and an addition apart. Five windows took 145
 *       instructions for 40 multiplications instead of 160, with 8 spills among them; four windows
 *       117 for 32 and none. By turns, a product took 1.15 of the time before, whole networks 0.93
 *       to 1.03; with four windows 1.00 and 0.97, without fences 1.9 and 1.2. Two steps: 1.0 to
 *       1.95. Not kept.
 *   <li>Winograd's strips of half as many tiles, for second caches of 512 KB: 0.90 to 1.0.
 *   <li>VPMADDWD from C2's own vectorisation of {@code a[2i] * b[2i] + a[2i+1] * b[2i+1]} on
 *       shorts: only where the result is stored ({@code o[i] += ...}, 14 to 19 products a ns, or
 *       with a sum beside the store), not for sums alone, two such terms, or a pair that does not
 *       change in the loop. What it does vectorise has up to eight scalar iterations before and
 *       after, each 27 times as long; dropped.
 * </ul>
 *
 * <h2>Depthwise 3x3 with 16 registers</h2>
 *
 * <p>The same machine, U4S4, one image, one thread, us; f32 with scale, shift and rectifier, codes
 * before ({@code DepthwiseRows}, four roundings in 32 bits) and now, all three by turns in one
 * process (medians; the machine's speed changes from row to row, so that only ratios count). Not
 * measured with AVX-512; it is the same code at all widths, with fewer operations.
 *
 * <pre>
 *                   f32   before   now     f32 / before   f32 / now   before / now
 * 112x112x24        208     253    173         0.77          1.16         1.51
 * 56x56x96          183     201    127         0.88          1.41         1.60
 * 56x56x144         293     364    242         0.78          1.21         1.55
 * 28x28x192         105     116     82         0.90          1.34         1.53
 * 14x14x384          61      85     52         0.75          1.23         1.65
 * 14x14x576          76     109     69         0.68          1.18         1.68
 * 7x7x768            37      88     42         0.48          0.90         1.92
 * 112x112x48 / 2    209     188    152         1.19          1.45         1.21
 * 56x56x96 / 2       76      61     48         1.16          1.49         1.29
 * 28x28x192 / 2      44      37     30         1.15          1.46         1.26
 * 14x14x384 / 2      30      44     35         0.68          0.84         1.23
 * </pre>
 *
 * <p>Instructions for 16 windows, counted in the machine code, and what they take in the first
 * cache in rows of 28 (7): codes widened 10, 0.6 (1.4) ns; products 30, 2.5 (3.4); codes stored 29,
 * 1.9 (4.1). Before, products took 48 and more, and each half of the output stage about 20.
 *
 * <ul>
 *   <li>Nine windows from nine loads, rows of widened codes: 48 instructions; storing the sums an
 *       iteration later 35, as C2 then adds the distances to the array's address outside of the
 *       loop. A walk has three loads: 30.
 *   <li>The walk's sums in an array of another type than the codes: C2 unrolls four columns, loads
 *       all of them first, and 66 of 217 instructions are spills. In one of the same type the store
 *       of a sum holds the next column back.
 *   <li>Rows in planes of even and odd columns and rows for stride 2, so that windows of any stride
 *       lie side by side: four codes to widen for one window, 0.77 to 1.22 of the speed before,
 *       most shapes slower: not kept.
 *   <li>One, two or four vectors of channels at a time, 64 or 120 windows a call, 640 or 900 pixels
 *       widened: no difference that could be told. Rows that begin at multiples of 32 bytes: 0.9 of
 *       the products' time, not kept (Java promises 8 bytes).
 *   <li>Taps unpacked one by one for each vector of channels and stored as single shorts, which the
 *       vector loads behind them have to wait for: 7x7x768 46 for 31 us alone.
 * </ul>
 *
 * <p>Sums beyond 16 bits (U8S8), f32 over codes, {@code ./intraq bench --filter low-bit-depthwise},
 * one run each on the noisy machine: 16-bit lanes whose every product was widened by itself came to
 * 0.06 to 0.14 of f32 with scale, shift and rectifier (nine layers of MobileNetV1 0.75, one and two
 * threads), f32's own multiply-adds on the codes ({@code DepthwiseFloats}) to 0.39 to 0.85,
 * geometric mean 0.51 and 0.53: the conversions from and to bytes are what is left. One image of
 * few strips, all of its rows widened first, so that its channels are shared out: 14x14x384 1.15
 * and 1.17 times as fast (one and two threads), x 576 0.99 and 1.32, 7x7x768 0.96 and 1.03; of
 * stride 2 0.83 to 0.95, not kept.
 *
 * <h2>Winograd's F(4x4) by f32</h2>
 *
 * <p>With whole entries in all three transforms (points 0, 1, -1, 2, -2; G times its denominators)
 * V, U and M are whole numbers, and f32 adds them up exactly while they stay below 2^24. Of normal
 * weights several hundred channels of U4S4 do, of U6S6 and U8S4 48 or 64: there is more room in a
 * float than in 16 bits, where F(4x4)'s 64 y would have to fit. Only the result's transform has to
 * be in integers. f32 with packed weights over a layer of U4S4 with ReLU and codes behind it,
 * {@code WinogradCodes} and {@code FloatWinograd}, two pairs of JVMs each on the noisy machine of
 * the section above, means:
 *
 * <pre>
 *                  one thread        two threads
 * 1: 16x16x32     0.60   0.67       0.47   0.71
 * 8: 32x32x16     0.84   0.90       0.80   0.93
 * 8: 16x16x32     0.72   0.86       0.68   0.78
 * 8: 8x8x64       0.59   0.74       0.59   0.73
 * 32: 8x8x64      0.70   0.81       0.71   0.80
 * 1: 56x56x64     0.71   0.90       0.65   0.89
 * 1: 28x28x128    0.61   1.04       0.68   0.97
 * 4: 14x14x256    0.83   0.94       0.75   0.86
 * </pre>
 *
 * <p>Other widths, one thread, by turns in one process, times as fast as before (8: 32x32x16,
 * 16x16x32, 8x8x64; 1: 28x28x128; with the weights kept, see below), in brackets f32 / now: U5S5
 * 1.28, 1.36, 2.14, 2.13 (0.86 to 0.99); U6S6, which had only 16-bit lanes without Winograd's
 * algorithm, 1.87, 2.23, 2.28, 2.94 (0.65 to 0.92); U8S4 1.82, 2.29, 2.32, 3.04 (0.66 to 0.92).
 *
 * <p>ns for 16 channels of a tile: columns in 16 bits 23 to 29, rows 75 (168 where V leaves the
 * second cache); the products of 16 columns with 16 channels 400, with 128 channels 2,450 (0.55 and
 * 0.72 of the peak), back 150; U of two channels by 16 columns 116, so that U is two (16 channels)
 * to five tiles' work (128).
 *
 * <ul>
 *   <li>U of all blocks once a call, in an array that threads share, instead of block by block: a
 *       single image of 28x28x128 0.77 of f32 instead of 0.87, as it is written to and read from
 *       beyond the second cache; 14x14x256 0.55 with 14 tiles a strip, 0.83 with 56.
 *   <li>U of 64 by 64 channels kept from call to call: 8x8x64 1.61 instead of 0.81 times as fast as
 *       before, eight images 1.44. Not kept: it is 32 times as large as the codes, which are to
 *       stay at an eighth of f32.
 *   <li>Strips of 28 or 112 tiles instead of 56: 0.9 and 1.0. V of 32 to 128 Ki floats where U is
 *       not made anew: the same.
 *   <li>Parts of the columns of 32 channels: two threads then write halves of the cache lines of
 *       codes, 8x8x64 0.67 (one image) and 0.58 (eight) of the speed before, and slower than with
 *       one thread.
 *   <li>A conversion of M by F2I is five instructions (numbers that do not fit); adding 1.5 * 2^23
 *       is one, and its constant part passes through the sums.
 * </ul>
 *
 * <p>Not measured with AVX-512, where it is not chosen. 8 by 8 bits do not fit (five channels, in
 * halves of 4 bits sixteen, with twice the work: no gain, estimated); 7 by 7 have no 16-bit tile.
 *
 * <h2>Limits</h2>
 *
 * <p>An input of 3 channels uses three of four codes of its two cells. With 7 and 8 bits on both
 * sides a 3x3 convolution takes 2.7 times as long as in f32, whose Winograd algorithm it has no
 * counterpart for: 32-bit multiplications run at half the rate and less. An 8-bit machine-code tile
 * would be faster than both.
 *
 * <p>Sources: Jacob et al., arXiv 1712.05877 (zero points, output stage); Umuroglu and Jahre, arXiv
 * 1709.04060 (bit planes); Wei et al., T-MAC, arXiv 2407.00088 (tables of weight bits); Dukhan,
 * QNNPACK's indirect convolution, arXiv 1907.02129.
 */
package org.intraq.tensor.kernel.lowbit;
