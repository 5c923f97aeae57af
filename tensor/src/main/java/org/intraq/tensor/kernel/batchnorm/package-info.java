/** Batch statistics, BatchNorm, and affine maps of channels with the rectifier fused in. */
package org.intraq.tensor.kernel.batchnorm;
