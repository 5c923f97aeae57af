/** Softmax, log-softmax, cross-entropy and Kullback-Leibler divergence of rows. */
package org.intraq.tensor.kernel.softmax;
