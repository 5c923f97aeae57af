/** Cases of the low-bit kernels. */
package org.intraq.bench.kernel.lowbit;
