/** Dense convolutions to measure. */
package org.intraq.bench.kernel.conv2d;
