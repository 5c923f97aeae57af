/** Parameter updates to measure. */
package org.intraq.bench.kernel.optimizer;
