/** Integer convolution and matrix product of codes of 2 to 8 bits. */
package org.intraq.tensor.kernel.lowbit;
