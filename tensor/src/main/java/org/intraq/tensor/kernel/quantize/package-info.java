/** The asymmetric min-max quantizer: fake quantization, masked gradient, codes. */
package org.intraq.tensor.kernel.quantize;
