/** Dense convolutions to measure, alone and as blocks with what surrounds them in a network. */
package org.intraq.bench.kernel.conv2d;
