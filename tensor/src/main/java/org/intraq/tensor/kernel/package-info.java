/**
 * The CPU kernels, one folder each: contract, {@code ...Reference} (plain loops, the definition),
 * {@code ...Simd} (Vector API), and the kernel's card in its {@code package-info.java}. Kernels see
 * arrays, offsets, strides and parameter records, never tensors.
 *
 * <p>Vectors live in local variables of one method. A helper that takes or returns a vector is
 * inlined only if the profile says so: where C2 met its caller through another one ("low call site
 * frequency"), it stayed a call, every vector went through the heap, and {@code BatchMomentsSimd}
 * ran at a quarter to a third of its speed, in some JVMs and not in others.
 */
package org.intraq.tensor.kernel;
