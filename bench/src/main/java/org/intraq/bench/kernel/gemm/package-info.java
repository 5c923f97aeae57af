/** Matrix products to measure. */
package org.intraq.bench.kernel.gemm;
