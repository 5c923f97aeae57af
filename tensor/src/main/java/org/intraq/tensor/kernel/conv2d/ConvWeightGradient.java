package org.intraq.tensor.kernel.conv2d;

/**
 * What {@link FusedConv2d#gatedBackwardInput} reads and writes to give the weights' gradient, too.
 *
 * @param x the convolution's input [N, H, W, IC]
 * @param dw [KH, KW, IC/groups, OC], the adjoint of x and g in the weights
 */
public record ConvWeightGradient(float[] x, int xAt, float[] dw, int dwAt) {}
