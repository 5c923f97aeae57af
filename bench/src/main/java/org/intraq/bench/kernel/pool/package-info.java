/** Pooling to measure. */
package org.intraq.bench.kernel.pool;
