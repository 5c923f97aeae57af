/** Sums, minima and maxima in a fixed order. */
package org.intraq.tensor.kernel.reduce;
