/** Convolutions with BatchNorm, rectifier, statistics and quantizer in one pass, to measure. */
package org.intraq.bench.kernel.fused;
