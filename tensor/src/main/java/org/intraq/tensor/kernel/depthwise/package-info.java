/** Depthwise convolution: one filter for each channel. */
package org.intraq.tensor.kernel.depthwise;
