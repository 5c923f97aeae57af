/**
 * The differentiable operations, one class each: {@code apply} computes the value and, in the
 * closure given to {@link org.intraq.autograd.Tape#record}, the gradient. {@code dy} is the
 * gradient of the loss in the output, {@code dx} that in an input.
 */
package org.intraq.autograd.ops;
