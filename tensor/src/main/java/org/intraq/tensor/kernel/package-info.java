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
 * <p>What a loop carries is asked by {@code lanewise}: {@code fma}, {@code add} and {@code max} are
 * one method with one profile for vectors of all widths, {@code lanewise} is overridden in each
 * class of vectors. 49 cases of the benchmarks in eight JVMs, each in another order, before and
 * after both; JVMs of eight that leave objects after warming up, and bytes a call there:
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
 * <p>Objects of a kernel that has just begun to run are another matter: C1's code makes one of
 * every vector, until C2 has compiled it.
 */
package org.intraq.tensor.kernel;
