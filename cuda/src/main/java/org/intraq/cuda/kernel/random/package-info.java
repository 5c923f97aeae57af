/** Philox random numbers with the bits of the CPU. Not yet run on a GPU. */
package org.intraq.cuda.kernel.random;
