/** Depthwise convolutions to measure. */
package org.intraq.bench.kernel.depthwise;
