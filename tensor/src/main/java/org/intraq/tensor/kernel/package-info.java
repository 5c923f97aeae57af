/**
 * The CPU kernels, one folder each: contract, {@code ...Reference} (plain loops, the definition),
 * {@code ...Simd} (Vector API), and the kernel's card in its {@code package-info.java}. Kernels see
 * arrays, offsets, strides and parameter records, never tensors.
 */
package org.intraq.tensor.kernel;
