/** L2 normalisation and cosine similarity of rows. */
package org.intraq.tensor.kernel.similarity;
