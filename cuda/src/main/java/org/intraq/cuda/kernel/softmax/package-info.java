/**
 * Softmax and the losses on it, one warp a row of [R, C].
 *
 * <p>Lanes read adjacent columns; a row is read two or three times, from the cache after the first.
 * Exponentials, logarithms and sums are in double, the sums in a shuffle tree of fixed shape.
 *
 * <pre>
 * kernel                   bytes moved     expected limiter                              measured
 * softmax, log_softmax     8 R C           launch time (R C is 2,560 to 256,000 here)    not yet timed
 * cross_entropy            8 R C + 8 R     launch time; exp in double on consumer cards  not yet timed
 * kl_divergence            8 R C           launch time; exp in double on consumer cards  not yet timed
 * the gradients            12 R C          launch time                                   not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.softmax;
