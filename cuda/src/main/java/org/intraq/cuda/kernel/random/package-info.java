/** Philox random numbers with the bits of the CPU. Not yet timed. */
package org.intraq.cuda.kernel.random;
