/** BatchNorm to measure. */
package org.intraq.bench.kernel.batchnorm;
