/**
 * L2 normalisation and cosine similarity of rows.
 *
 * <p>Only the reference exists. The rows are pooled features (256 x 64 on CIFAR, 16 x 1024 on
 * ImageNet networks), once a step: 16,384 elements at 1.7 (similarity) to 3.2 ns (its gradient) an
 * element are 0.03 to 0.05 ms (measured on AMD EPYC Zen 4, one thread) of a step that takes
 * hundreds of milliseconds. In exchange everything is summed in double and rounded once. The
 * similarity's three sums have run in one loop since (the same bits, a third of the chains).
 */
package org.intraq.tensor.kernel.similarity;
