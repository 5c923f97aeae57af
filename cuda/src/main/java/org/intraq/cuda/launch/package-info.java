/** One device with its loaded kernels, and how they are launched. */
package org.intraq.cuda.launch;
