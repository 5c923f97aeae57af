/** Element-wise arithmetic to measure. */
package org.intraq.bench.kernel.elementwise;
