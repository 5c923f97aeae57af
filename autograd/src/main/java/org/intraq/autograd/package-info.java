/**
 * Reverse-mode automatic differentiation: {@link org.intraq.autograd.Variable} holds a value and
 * its gradient, {@link org.intraq.autograd.Tape} records operations and runs them backwards.
 * Operations live in {@code ops}, one class each, forward and backward side by side.
 *
 * <p>To add an operation: (1) a class in {@code ops}; (2) a row in the {@code ...Samples} of its
 * group in the test catalogue {@code OperationCatalogue}, which gives it its forward test, its
 * gradient check and its CPU/CUDA parity test; a class without a row fails the build. A new
 * primitive on tensors also needs a method of a role interface in {@code org.intraq.tensor.backend}
 * and its kernel.
 */
package org.intraq.autograd;
