/**
 * The CPU backend: one class for each role checks arguments and calls the kernels that {@link
 * org.intraq.tensor.cpu.Kernels} chose.
 */
package org.intraq.tensor.cpu;
