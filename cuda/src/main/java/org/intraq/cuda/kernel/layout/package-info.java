/** Changes of layout: batches of matrices transposed through shared memory. Not yet timed. */
package org.intraq.cuda.kernel.layout;
