/** Fills of device memory. Not yet run on a GPU. */
package org.intraq.cuda.kernel.memory;
