/** Fills of device memory. Not yet timed. */
package org.intraq.cuda.kernel.memory;
