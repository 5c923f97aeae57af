/**
 * Changes of layout: batches of matrices transposed through shared memory. Not yet run on a GPU.
 */
package org.intraq.cuda.kernel.layout;
