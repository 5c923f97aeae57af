/** Measurements of the kernels on a GPU, as tables. */
package org.intraq.cuda.bench;
