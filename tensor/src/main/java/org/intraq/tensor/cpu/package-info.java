/**
 * The CPU backend: one class for each role of {@link org.intraq.tensor.backend}, which checks
 * arguments and calls the kernels that {@code Kernels} chose.
 */
package org.intraq.tensor.cpu;
