/** Softmax and losses to measure. */
package org.intraq.bench.kernel.softmax;
