/**
 * Pooling and parameter-free shortcuts on channels-last images.
 *
 * <p>A thread makes one result, four adjacent channels where C and the addresses allow it: a warp
 * reads 512 adjacent bytes of each sample of its window, and neighbouring windows find their
 * samples in the cache. Gradients are gathered over the windows of an input, never scattered.
 *
 * <pre>
 * kernel                    bytes moved (in + out elements)    expected limiter   measured
 * max_pool                  4 in + 8 out                       memory             not yet timed
 * max_pool_backward         8 out + 4 in                       memory, L2         not yet timed
 * average_pool, backward    4 in + 4 out                       memory             not yet timed
 * global_average, backward  4 in + 4 out                       memory             not yet timed
 * subsample, backward       4 in / stride^2 + 4 out            memory             not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.pool;
