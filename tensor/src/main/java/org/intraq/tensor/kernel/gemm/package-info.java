/**
 * Single-precision matrix product: {@link org.intraq.tensor.kernel.gemm.Gemm} is the contract,
 * {@code GemmReference} the definition, {@code GemmSimd} the five BLIS loops, {@code GemmPacking}
 * the copies, {@code GemmTile} and {@code GemmBlockTile} (with their {@code Wide} forms) the
 * register tiles, which the convolution uses as well.
 *
 * <h2>Packed layout</h2>
 *
 * <pre>
 *             panel of 16 columns (two vectors)          panel of 12 rows, K in blocks of 16
 *   B         b[p][0..15]   p = 0 .. KC-1       A        a[p / 16][row 0..11][p % 16]
 *
 *                  bl      br          per step of K: 2 vector loads, 12 broadcasts, 24 FMAs
 *   a[0]  -&gt;  [ c0l ]  [ c0r ]         24 sums stay in registers over the whole block of K
 *   a[1]  -&gt;  [ c1l ]  [ c1r ]
 *    ...         ...      ...          rows of A are 16 floats apart: a distance the compiler knows
 *   a[11] -&gt;  [ c11l]  [ c11r]
 * </pre>
 *
 * A stored transposed is copied column by column instead (rows one float apart): {@code GemmTile}.
 *
 * <h2>Variants of the tile, with what they measured</h2>
 *
 * GFLOP/s on one core of an AMD EPYC (Zen 4) with JDK 25, whose FMA peak is 116 at 256 and at 512
 * bits; tile alone, K = 256, operands in the first-level cache.
 *
 * <table>
 * <caption>rows x vectors</caption>
 * <tr><th>tile</th><th>512 bits</th><th>256 bits</th><th>remark</th></tr>
 * <tr><td>14x2</td><td>94</td><td>113</td><td>16 columns suit 16, 32, 64 channels</td></tr>
 * <tr><td>14x2 in its present form</td><td>116</td><td>115</td><td>fills 31 of 32 registers: not the same in every JVM, see below</td></tr>
 * <tr><td>12x2</td><td>92</td><td>112</td><td>kept</td></tr>
 * <tr><td>8x2</td><td>105</td><td>108</td><td>kept at 256 for rows of 8, 16, 32 pixels</td></tr>
 * <tr><td>8x3</td><td>95</td><td>112</td><td>24 columns divide no usual channel count</td></tr>
 * <tr><td>9x3</td><td>116</td><td></td><td>best of all, but 48 columns</td></tr>
 * <tr><td>7x3</td><td>115</td><td></td><td></td></tr>
 * <tr><td>7x4</td><td>80</td><td>96</td><td></td></tr>
 * <tr><td>14x1, 16x1</td><td>83</td><td></td><td>one broadcast for each FMA: the load port is the limit</td></tr>
 * </table>
 *
 * <p>The first figures are from a loop over K with constant steps. With steps as parameters, 512
 * bits reach the peak too: 14x2 116, 8x2 100 to 108, 14x1 83, with A in blocks and by columns
 * alike. Here 256 and 512 bits have the same peak, so nothing is gained; on a processor with two
 * 512-bit units the 256-bit tile would end at half of it. Therefore two full panels are computed
 * together with 512 bits ({@code GemmWideTile}, {@code GemmWideBlockTile}; the packed layout
 * stays), and {@code TileWidth} decides about single panels ({@code -Dintraq.vector=auto|256|512}).
 * Every sum runs over K in the same order in all tiles: the width changes no bit.
 *
 * <p>What decides is whether the compiler (C2) leaves the sums in registers. Seen in its machine
 * code:
 *
 * <ul>
 *   <li>Each range check is an exit that must save all sums, and more than a few of them in the
 *       loop push half the sums to the stack: rows of A at fourteen variable offsets reached 67. At
 *       distances known to the compiler the fourteen checks merge into two.
 *   <li>Steps of A and B as parameters are better than constants: with constants C2 makes pre- and
 *       post-loops and unrolls, and 14x2 falls from 110 to 67.
 *   <li>Starting the sums from C when adding to it (a branch before the loop) made spills of the
 *       merge: 62 for the whole product instead of 89. Now C is added after the loop.
 *   <li>A flag that says whether to add made the first call of the other kind throw the compiled
 *       tile away, and a second of interpreted vectors followed. Now a tile only writes sums, and
 *       {@code GemmTile.add} adds them to C in a second pass.
 *   <li>The nodes of the compilation. C2 inlines at once up to 18,000 of them, later and in another
 *       order up to 40,000 live ones, and no further; where it is late, vectors may go through
 *       memory as objects. Adding C in the tile (28 loads more) took 35,100 to 37,900.
 * </ul>
 *
 * <p>With 16 registers 6x2 needs all of them, and C2 kept one sum in memory inside the loop: its
 * chain then waits for a store and a load at every step of K. Added to -0 before the stores, as the
 * tiles of 512 bits are, all stay in registers. GFLOP/s on an AMD Zen 3 (AVX2, peak 82 to 100, a
 * machine with neighbours), one thread, C [m, n] of depth k, two JVMs each by turns:
 *
 * <table>
 * <caption>6x2 and 4x2 at 256 bits, 16 registers</caption>
 * <tr><th>m x n x k</th><th>stored at once</th><th>added to -0: kept</th></tr>
 * <tr><td>1024x1024x1024</td><td>35, 35</td><td>76, 67</td></tr>
 * <tr><td>3136x384x384</td><td>38, 39</td><td>76, 80</td></tr>
 * <tr><td>784x512x1152</td><td>39, 36</td><td>76, 70</td></tr>
 * <tr><td>12544x24x144</td><td>25, 22</td><td>48, 34</td></tr>
 * <tr><td>50176x96x16</td><td>25, 27</td><td>35, 39</td></tr>
 * </table>
 *
 * <p>In other JVMs the same code ran at 0.8 instead of 1.07 of the peak (42 to 53 GFLOP/s of 62 to
 * 85 in the benchmarks): a step of K is 35 instructions (12 multiply-adds, 8 operands, 4 range
 * checks, 3 reloads of pointers), and six cycles take 36 at best. See "Sixteen registers" below.
 *
 * <p>Not better there: 4x3 and 3x4 (spilled, 41 alone), 3x3 (68 where 6x2 had 76), blocks of 256
 * instead of 512 of K (alike).
 *
 * <table>
 * <caption>14x2 at 512 bits alone: live nodes, spills in the loop, GFLOP/s</caption>
 * <tr><th>before and after the loop</th><th>nodes</th><th>spills</th><th></th></tr>
 * <tr><td>28 zeros; 28 loads of C, added</td><td>35,100</td><td>2</td><td>115</td></tr>
 * <tr><td>28 zeros; stored at once</td><td>18,400</td><td>18</td><td>77</td></tr>
 * <tr><td>one zero for all; 28 loads of C, added</td><td>30,600</td><td>48</td><td>43</td></tr>
 * <tr><td>one zero for all; a row of zeros added</td><td>22,400</td><td>36</td><td>59</td></tr>
 * <tr><td>28 zeros; zero added</td><td>26,300</td><td>2</td><td>115</td></tr>
 * <tr><td>14 zeros, one for each row; zero added</td><td>24,100</td><td>2</td><td>116</td></tr>
 * </table>
 *
 * <p>The addition of zero splits the life of a sum, so that its use after the loop does not put it
 * into memory inside. Since it is -0 that is added, no sum changes by it.
 *
 * <h2>Sixteen registers</h2>
 *
 * {@code GemmPanelTile}: one loop over K, four steps in a turn, all panels of B in a call, and
 * {@code VarHandle.loadLoadFence} behind each row. On x86 that is no instruction, but C2's
 * scheduler moves no load across it; without, it loads the operands of four rows first and puts
 * sums into memory. Share of {@code MultiplyAddPeak} by depth, operands in the first-level cache,
 * AVX2 (Zen 3), medians of 9 to 15 turns; JVMs differ and were disturbed, so that only neighbouring
 * rows compare. Shares above 1 are real: with 16 registers that loop spills, too (40 accesses to
 * the stack for 72 multiply-adds), so that it reads less than the peak.
 *
 * <table>
 * <caption>6 rows by 2 vectors</caption>
 * <tr><th>variant</th><th>stack accesses in the loop</th><th>16</th><th>48</th><th>384</th></tr>
 * <tr><td>segments of 16, steps as parameters (before), JVM 1</td><td>0</td><td>0.62</td><td>0.73</td><td>0.81</td></tr>
 * <tr><td>rows at a constant distance, one loop</td><td>4</td><td>0.47</td><td>0.56</td><td>0.61</td></tr>
 * <tr><td>the same, 4 steps in a turn</td><td>25</td><td>0.39</td><td>0.54</td><td>0.66</td></tr>
 * <tr><td>rows of A in place, six distances, no copy</td><td>0</td><td>0.59</td><td>0.78</td><td>0.93</td></tr>
 * <tr><td>the same, 2 or 4 steps, with fences or without</td><td>10 to 25</td><td>0.4</td><td>0.55</td><td>0.62</td></tr>
 * <tr><td>constant distance, a fence behind each row</td><td>0</td><td>0.72</td><td>0.91</td><td>1.09</td></tr>
 * <tr><td>the same, 4 steps in a turn</td><td>0</td><td>0.58</td><td>0.92</td><td>1.20</td></tr>
 * <tr><td>segments of 16 (before), JVM 2</td><td>0</td><td>0.80</td><td>0.99</td><td>1.08</td></tr>
 * <tr><td>blocks of 16, one loop, fences, 2 steps: kept at first</td><td>0</td><td>0.86</td><td>1.06</td><td>1.14</td></tr>
 * <tr><td>the same, 4 steps (36,000 nodes with the rest)</td><td>0</td><td>0.84</td><td>1.05</td><td>1.15</td></tr>
 * <tr><td>the same, 2 steps, added to -0 at the end</td><td>0</td><td>0.85</td><td>1.05</td><td>1.13</td></tr>
 * <tr><td>segments of 16 as two loops, fences, 1 or 2 steps</td><td>2 to 12</td><td>0.5</td><td>0.57</td><td>0.6</td></tr>
 * </table>
 *
 * <p>4x3 with fences spilled as before (0.5 to 0.6). Columns of A ({@code GemmTile}) with fences
 * and four steps: 1.15 alone where it was 1.15, and half as fast (512x512x512 transposed: 4.4 to
 * 8.4 ms) once -0 was not added: left as it was.
 *
 * <p>What few channels lost was not the loop over K but what stands around it: for 16 channels a
 * tile is 96 cycles, and its call, its copy of A in loops of one turn and an epilogue in loops of
 * six rows took longer than that. Now a call goes along all panels, {@code packTile} copies six
 * rows in one loop, {@code AffineReluTile} does six rows of a vector in one turn, tiles at the
 * lower border overlap instead of going through a buffer, and the last 8 of 24 columns are a tile
 * of one vector (1.00 to 1.03). Scale, shift and rectifier on the sums before they are stored were
 * not faster (0.51 to 0.63 instead of 0.55 to 0.82 for K = 16) and near 32,000 nodes. One thread,
 * packed weights, by turns in one JVM with the code before, medians of the ratio (a disturbed
 * machine):
 *
 * <table>
 * <caption>1x1 convolution with scale, shift and rectifier</caption>
 * <tr><th>28x28: 16 to 96</th><th>24 to 144</th><th>32 to 32</th><th>96 to 96</th><th>144 to 24</th><th>14x14: 64 to 384</th><th>384 to 384</th></tr>
 * <tr><td>1.66</td><td>1.65</td><td>1.43</td><td>1.34</td><td>1.17</td><td>1.39</td><td>1.17</td></tr>
 * </table>
 *
 * <p>Where a neighbour computes on the other half of a core (hyper-threads of a rented machine), a
 * thread has half of the six instructions a cycle, and what counts is how many of them a
 * multiply-add costs: two steps in a turn were 64 for 24 (addresses, three range checks, the list
 * of segments), four with evenly spaced blocks are 97 for 48. Operands in the first-level cache,
 * GFLOP/s of six rows, medians of 80 turns by turns in one JVM, ratio to the first row in brackets;
 * left with neighbours, right with few (best of any variant 100):
 *
 * <table>
 * <caption>6 rows by 2 vectors, by depth</caption>
 * <tr><th>variant</th><th>512</th><th>64</th><th>16</th><th>512, quiet</th><th>64</th><th>16</th></tr>
 * <tr><td>segments, 2 steps (before)</td><td>60</td><td>55</td><td>45</td><td>87</td><td>78</td><td>68</td></tr>
 * <tr><td>evenly spaced blocks, 2 steps</td><td>71 (1.14)</td><td>61 (1.12)</td><td>50 (1.12)</td><td>85 (1.05)</td><td>82 (1.06)</td><td>74 (1.09)</td></tr>
 * <tr><td>evenly spaced blocks, 4 steps: kept</td><td>79 (1.29)</td><td>67 (1.20)</td><td>51 (1.13)</td><td>89 (1.11)</td><td>81 (1.08)</td><td>70 (1.05)</td></tr>
 * <tr><td>segments, 4 steps: kept for direct convolutions</td><td>72 (1.14)</td><td>61 (1.10)</td><td>48 (1.06)</td><td>88 (1.06)</td><td>78 (1.05)</td><td>68 (1.01)</td></tr>
 * <tr><td>a row's terms beside the others', 4 steps</td><td>82 (1.30)</td><td>63 (1.13)</td><td>51 (1.11)</td><td>90 (1.08)</td><td>77 (1.01)</td><td>68 (1.03)</td></tr>
 * <tr><td>the same, 8 steps</td><td>80 (1.27)</td><td>55 (0.97)</td><td>44 (0.97)</td><td>88 (1.08)</td><td>69 (0.91)</td><td>62 (0.91)</td></tr>
 * </table>
 *
 * <p>Products of Winograd's points go along their rows in one call, too ({@code GemmPanelRows}).
 * Both together by turns with the code before, one thread, with neighbours: 3x3 convolutions of 256
 * images 16@32 1.17 forward and 1.18 back to the input, 64@8 1.11, 16 to 32 with stride 2 1.08;
 * 1024x1024x1024 1.13, MobileNetV1's 1x1 1.11. The rows alone: 1.08, 1.10, 1.02 and nothing;
 * ResNet-20's synthesis 1.03 and fine-tuning 1.06 (quartiles 0.97 to 1.14).
 *
 * <p>Packed columns of A and panels of B, for transposed products and weights' gradients of 1x1,
 * with constant distances and four steps: 61 to 85 GFLOP/s at depth 512 with neighbours (1.33; 1.06
 * without), the same with distances as parameters 1.17, or 0.97 where both are. Whole products by
 * turns: 1024x1024x1024 TN 1.20, TT 1.12, MobileNetV1's TN 1.26. Not kept: the products of
 * Winograd's weights' gradient so, with D in panels (0.97 to 1.06 of the whole gradient).
 *
 * <p>Blocks of K by turns with 512: 256 0.93 to 1.0, 1024 1.0 to 1.05 (one run; K = 576 to 960
 * gains most, as nothing is added to C). 512 is kept, since a sum's blocks are its bits.
 *
 * <h2>The same speed in every JVM</h2>
 *
 * A product of 1024, and convolutions of ResNet-20, each in JVMs of its own that ran the cases in
 * another order (the profile that C2 sees differs), GFLOP/s with one thread:
 *
 * <table>
 * <caption>slowest to fastest JVM</caption>
 * <tr><th>tile</th><th>JVMs</th><th>NN</th><th>TN</th><th>16@32</th><th>32@16</th><th>objects, at most, KB a call</th></tr>
 * <tr><td>14x2, C added in the tile</td><td>7, NN 12</td><td>53 to 103</td><td>43 to 100</td><td>56 to 127</td><td>119 to 189</td><td>41,000</td></tr>
 * <tr><td>14x2, sums only, lanewise and check</td><td>4</td><td>47 to 101</td><td>63 to 98</td><td>63 to 129</td><td>94 to 193</td><td>26,900</td></tr>
 * <tr><td>10x2</td><td>4</td><td>89 to 93</td><td>94 to 95</td><td>43 to 130</td><td>174 to 188</td><td>1,400</td></tr>
 * <tr><td>12x2, 0 added at the end</td><td>10</td><td>97 to 101</td><td>95 to 98</td><td>114 to 127</td><td>175 to 188</td><td>1,000</td></tr>
 * <tr><td>12x2, nothing added</td><td>4</td><td>92 to 95</td><td>96</td><td>122 to 136</td><td>177 to 184</td><td>145</td></tr>
 * <tr><td>12x2, -0 added at 512 bits only</td><td>10</td><td>90 to 102</td><td>85 to 100</td><td>113 to 133</td><td>171 to 212</td><td>5,800</td></tr>
 * <tr><td>12x2, -0 added to four rows at 512 bits</td><td>4</td><td>94 to 97</td><td></td><td></td><td>164 to 179</td><td>0</td></tr>
 * <tr><td>12x2, added to -0 at 512 bits: kept</td><td>3</td><td>91 to 93</td><td>96 to 97</td><td></td><td>163 to 169</td><td>0</td></tr>
 * </table>
 *
 * <p>The last two rows were measured while other programs ran: the row before them came to 94 to 96
 * and 163 to 171 beside one. In two JVMs of eight a fine-tuning step of that row left 58 and 900 MB
 * of objects (91 and 77 instead of 98 GFLOP/s). In the benchmarks ({@code --filter
 * gemm/square1024:N}), JVMs one after another, NN came to 97, 102, 102, 84 there; to 85, 84, 86, 97
 * with -0 added to four rows, where two sums are spilled in the loop; and to 96, 97, 88, 97, 97 in
 * the form that is kept. The tile of 14 rows had 93 to 103 in four JVMs of six, 53 in the other
 * two. So 100 is no longer reached, and 53 neither.
 *
 * <p>Two things made the difference. With 14 rows one register of 32 is free, and whether C2 spills
 * in the loop depends on the branch counts it saw; with 12 there are five. And {@code
 * FloatVector.fma} is one method with one profile for vectors of 256 and of 512 bits: where both
 * have run, C2 guesses the class, and a guess that turns out late leaves the vector's contents in
 * an array. {@code lanewise} is overridden in each class of vectors, so that the profile is the
 * call's own, and {@code check(SPECIES)} names the class before a store; neither computes anything.
 *
 * <p>Tried as well: {@code -XX:-UseBimorphicInlining} (33 GFLOP/s), {@code -XX:TypeProfileWidth=0}
 * (no object anywhere, 54), {@code -XX:LiveNodeCountInliningCutoff=80000} (three JVMs, no clear
 * change), {@code -XX:+IncrementalInlineForceCleanup} (no objects in the tiles, 75 to 96).
 *
 * <h2>The whole product</h2>
 *
 * <table>
 * <caption>1024 x 1024 x 1024, one thread, GFLOP/s</caption>
 * <tr><td>sums started from C</td><td>61</td></tr>
 * <tr><td>C added after the loop, KC = 256</td><td>88</td></tr>
 * <tr><td>blocks of 16 for A instead of a transposing copy</td><td>90</td></tr>
 * <tr><td>KC = 384</td><td>92</td></tr>
 * <tr><td>KC = 512: kept</td><td>94</td></tr>
 * <tr><td>8x2 instead of 14x2 throughout</td><td>73</td></tr>
 * <tr><td>20 panels of A in a task instead of 10</td><td>87</td></tr>
 * </table>
 *
 * <p>The copies then were five to ten per cent of the time, because B's rows and A's lie a power of
 * two apart: a panel of B read alone takes one cache line from each page. The same product by
 * transpose case, CPU time, the better of two pairs of runs by turns:
 *
 * <table>
 * <caption>1024 x 1024 x 1024, one thread, GFLOP/s</caption>
 * <tr><th>copies</th><th>NN</th><th>NT</th><th>TN</th><th>TT</th></tr>
 * <tr><td>element by element, one panel of B, a column of 16 floats of A at a time</td><td>94.3</td><td>100.7</td><td>91.3</td><td>95.8</td></tr>
 * <tr><td>vectors; four panels of B side by side; A row by row: kept</td><td>102.0</td><td>100.8</td><td>101.9</td><td>100.0</td></tr>
 * </table>
 *
 * <p>Left to the peak (117): C is read and written once for each 512 of K, from rows 4096 bytes
 * apart here; one large tile in 74 is mostly empty; and both operands stream from the L2 cache,
 * since a pair of panels of B (64 KiB) is larger than the first-level cache.
 *
 * <p>An earlier comparison with PyTorch gave 0.34 to 0.5 with "one" thread. There OpenBLAS, which
 * has its own number of threads, ran on all cores; with one it is 0.95 to 0.97.
 *
 * <p>The copy in blocks of 16 matters more where N is small: [12544, 64] x [64, 64] rose from 67 to
 * 78.
 *
 * <h2>The order of tiles</h2>
 *
 * The 1x1 convolutions of MobileNetV2 with one image, packed weights, one thread, GFLOP/s, JVMs one
 * after another: where B has at most 64 Ki floats, twelve rows of A at a time meet all of it
 * ({@code GemmMacroKernel}), so that C is written in the order of memory; before, all rows of a
 * chunk met a pair of panels. A pair may hang over the last column now (24 channels: one tile of 32
 * columns instead of two of 16), and four rows or fewer take a tile of four.
 *
 * <table>
 * <caption>pixels: channels</caption>
 * <tr><th></th><th>112x112: 32 to 32</th><th>32 to 16</th><th>16 to 96</th><th>56x56: 24 to 144</th><th>144 to 24</th><th>14x14: 384 to 64</th><th>7x7: 960 to 160</th><th>all</th></tr>
 * <tr><td>panels outside</td><td>61</td><td>42</td><td>45</td><td>62</td><td>45</td><td>98</td><td>89</td><td>74.6</td></tr>
 * <tr><td>rows outside: kept</td><td>76</td><td>60</td><td>55</td><td>74</td><td>52</td><td>103</td><td>93</td><td>82.7</td></tr>
 * <tr><td>the same up to 200,000 floats</td><td>76</td><td>57</td><td>55</td><td>74</td><td>52</td><td>101</td><td>92</td><td>82.4</td></tr>
 * <tr><td>48 rows at a time</td><td>76</td><td>59</td><td>44</td><td>68</td><td>50</td><td>103</td><td>93</td><td>79.3</td></tr>
 * </table>
 *
 * <p>16 to 96 channels reach 86 to 89 where C stays in the L2 cache (28x28) and 46 to 63 where it
 * does not; reading C's lines ahead changed nothing (45 to 56). Scale, shift and rectifier on each
 * tile as it is written take as long as in a pass behind (1.0 and 0.6 ms of 12 for MobileNetV2):
 * what they wait for is C's lines either way. They are kept there for {@code conv2d.StripChain},
 * whose C stays in the L2 cache.
 *
 * <h2>Few columns</h2>
 *
 * With 16 registers and 16, 24 or 32 columns a copy of A serves one tile or two, and of 24 columns
 * the second tile is half empty. {@code GemmNarrowRows} reads rows of A where they lie: 4x2 for two
 * vectors, 3x3 for three and 2x4 for four, which load an element of A once instead of twice.
 * GFLOP/s, AVX2 (Zen 3), one thread, medians of 21 turns in one process, in brackets the median of
 * a turn's ratio to before; r x v, steps in a turn, with fences or without; K blocks of 512 and the
 * bits as before:
 *
 * <table>
 * <caption>m x k x n</caption>
 * <tr><th>tile</th><th>200640x48x24</th><th>50160x96x24</th><th>12540x384x24</th><th>2400x144x24</th><th>200640x32x16</th><th>200640x96x16</th><th>200640x24x48</th></tr>
 * <tr><td>6x2 and half of one on a copy (before)</td><td>23</td><td>34</td><td>33</td><td>39</td><td>23</td><td>31</td><td>46</td></tr>
 * <tr><td>3x3, 1, fences</td><td>43 (1.86)</td><td>62 (1.83)</td><td>41 (1.25)</td><td>48 (1.23)</td><td></td><td></td><td>39 (0.88)</td></tr>
 * <tr><td>3x3, 2, fences: kept for 24</td><td>46 (1.91)</td><td>58 (1.75)</td><td>42 (1.28)</td><td>58 (1.47)</td><td></td><td></td><td>40 (0.96)</td></tr>
 * <tr><td>4x2, 1, fences</td><td></td><td></td><td></td><td></td><td>34 (1.48)</td><td>44 (1.48)</td><td>30 (0.67)</td></tr>
 * <tr><td>4x2, 2, fences: kept for 16</td><td></td><td></td><td></td><td></td><td>35 (1.53)</td><td>45 (1.51)</td><td>27 (0.69)</td></tr>
 * <tr><td>5x2, 1, fences</td><td></td><td></td><td></td><td></td><td>34 (1.49)</td><td>39 (1.28)</td><td>30 (0.63)</td></tr>
 * <tr><td>6x2, 1, none</td><td></td><td></td><td></td><td></td><td>24 (1.06)</td><td>31 (1.03)</td><td>31 (0.69)</td></tr>
 * </table>
 *
 * <p>At 2400x48x24, 3x3 without fences or with four steps: 30 to 49 instead of 60; 4x3 spills (34
 * to 36), 2x3 waits for its sums (37 to 49). 32 columns by turns: 2x4 with two steps 1.16 to 1.22
 * (32, 144 and 192 to 32 channels), with one 0.94 to 1.09, 4x2 0.89 to 1.05; of 64 columns the copy
 * pays (0.90). What was kept in JVMs of its own, five before and five after by turns (of 32 columns
 * three), medians; batch 16 unless said:
 *
 * <table>
 * <caption>1x1 convolutions, GFLOP/s</caption>
 * <tr><th>112x112: 48 to 24</th><th>32 to 16</th><th>96 to 16</th><th>32 to 32</th><th>56x56: 96 to 24</th><th>144 to 24</th><th>28x28: 32 to 32</th><th>144 to 32</th><th>192 to 32</th><th>one image: 144 to 24</th><th>32 to 16</th><th>192 to 32</th></tr>
 * <tr><td>30 to 47</td><td>44 to 41</td><td>31 to 40</td><td>43 to 63</td><td>32 to 48</td><td>30 to 31</td><td>48 to 66</td><td>39 to 53</td><td>49 to 53</td><td>42 to 51</td><td>44 to 47</td><td>77 to 75</td></tr>
 * </table>
 *
 * <p>The place of an element of A is the tile's, the row's and K's, added in this order; with K's
 * added to the tile's first, as in the other tiles, 2x4 had 31 to 37 GFLOP/s instead of 43 to 64
 * (32 to 32, three JVMs each), the others 43 to 47 instead of 47 to 66 (48 to 24).
 *
 * <p>Not kept for gradients of weights of few channels: the same tiles on x and dy in place, sums
 * started from C, blocks of 96 and 224 pixels in the first-level cache (24 to 48 channels 1.05 to
 * 1.3, 16 to 96 0.85 to 1.3, 32 to 16 0.92 to 1.19): they wait for memory.
 *
 * <p>Sources: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS
 * 34(3), 2008; Van Zee and van de Geijn, "BLIS", ACM TOMS 41(3), 2015.
 */
package org.intraq.tensor.kernel.gemm;
