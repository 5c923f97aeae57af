/** Sums, minima, maxima in trees of fixed shape; no float atomics. Not yet run on a GPU. */
package org.intraq.cuda.kernel.reduce;
