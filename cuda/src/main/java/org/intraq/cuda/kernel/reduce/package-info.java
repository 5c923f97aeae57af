/** Sums, minima, maxima in trees of fixed shape; no float atomics. Not yet timed. */
package org.intraq.cuda.kernel.reduce;
