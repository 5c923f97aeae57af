/**
 * The CPU kernels, one folder each: contract, {@code ...Reference} (plain loops, the definition),
 * {@code ...Simd} (Vector API), and the kernel's card in its {@code package-info.java}. Kernels see
 * arrays, offsets, strides and parameter records, never tensors.
 *
 * <p>Vectors live in local variables of one method. A helper that takes or returns a vector is
 * inlined only if the profile says so: where C2 met its caller through another one ("low call site
 * frequency"), it stayed a call, every vector went through the heap, and {@code BatchMomentsSimd}
 * ran at a quarter to a third of its speed, in some JVMs and not in others. A method that C2 has
 * compiled by itself first is not inlined either where its machine code is large.
 *
 * <p>Where what a loop carries is asked at all (see below), it is by {@code lanewise}: {@code fma},
 * {@code add} and {@code max} are one method with one profile for vectors of all widths, {@code
 * lanewise} is overridden in each class of vectors. 49 cases of the benchmarks in eight JVMs, each
 * in another order, before and after both; JVMs of eight that leave objects after warming up, and
 * bytes a call there:
 *
 * <pre>
 *                                    before             after
 * KL divergence, three shapes        1 each, 31-192 KB  0      exp took and gave vectors
 * its gradient                       1, 61 KB           0
 * maximum pooling, backward          1, 207 MB          0      (with a shorter warm-up) 20.7 for 8.0 ms
 * depthwise dw, stride 2             1, 22 MB           1      18,600 nodes: C2 inlines late from 18,000 (another since)
 * Winograd 3x3, forward              1, 50 MB           1      not touched
 * matrix product of 1024             3, 16-82 KB        3      not touched
 * 41 others                          0                  0
 * </pre>
 *
 * <p>Better, what a loop carries is an argument and not the one that is asked: {@code
 * term.lanewise(ADD, sum)}, not {@code sum.lanewise(ADD, term)}. C2 knows the class of a vector
 * that was loaded or computed just before; that of a local variable at the head of a loop it takes
 * from the profile of the call. Where a kernel is compiled into its caller while its own code has
 * run without profiling so far (tier 2, whenever C2's queue is long), there is none, and the call
 * stays virtual, for good: nothing in such code ever makes C2 compile it again. Where operands
 * cannot change places ({@code blend}, doubling), {@code sum.check(SPECIES)} before it names the
 * class. It was seen once, as half a megabyte a call that did not go away; {@code
 * -XX:TypeProfileWidth=0} makes it happen in every JVM. There, before and after, AMD Zen 3 (AVX2):
 *
 * <pre>
 * of 544 cases of the benchmarks        before             after
 * that leave more than 64 KB a run      109                0 of the 109, and of all at their smallest
 * globalAverage, ResNet-20              17.7 MB, 3.3 ms    0, 0.12 ms
 * maxPool of ResNet-18                  625 MB, 82 ms      0, 8.0 ms
 * codes U4S4, ResNet-18's stage 2       433 MB, 363 ms     0, 1.9 ms
 * U8S8, first depthwise layer           87 MB, 82 ms       0, 1.9 ms
 * </pre>
 *
 * <p>With profiles, 26 of the cases by turns with the code before: 0.96 to 1.11, the median 1.00.
 * {@code PopcountTile}, which only processors with 512 bits use, was seen with vectors of 256.
 * Kernels that the benchmarks had no case for then, in such a JVM: sums, row sums, minimum and
 * maximum and the place of a maximum left 4 to 9 MB for 2^18 elements (1.3 to 2.2 ms, now 0.05 to
 * 0.1), random numbers 196 MB (118 and 75 ms, now 1.0 and 1.2). A test of the benchmarks ({@code
 * UnprofiledTest}) runs all their cases so.
 *
 * <p>Objects of a kernel that has just begun to run are another matter: C1's code makes one of
 * every vector, until C2 has compiled it.
 */
package org.intraq.tensor.kernel;
