/**
 * Lengths and cosines of feature rows, one warp a row, sums in double in a tree of fixed shape.
 *
 * <pre>
 * kernel                          bytes moved   expected limiter                         measured
 * l2_normalize, cosine            8 R C         launch time (R C is at most 524,288)     not yet timed
 * the gradients                   12 R C        launch time                              not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.similarity;
