/** What the processor can do at best, which kernels are held against. */
package org.intraq.tensor.kernel.peak;
