/** Quantizers to measure. */
package org.intraq.bench.kernel.quantize;
