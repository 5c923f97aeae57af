/**
 * What happens to codes of one byte between the convolutions of a low-bit network, and its float
 * ends, with the bits of the CPU.
 *
 * <p>Maps take four codes and floats a thread where addresses and channels allow it. The mean and
 * the product take a thread a result (the product four rows of a column), because the order of
 * their sums is given: four chains over a plane; a chain for every block of terms. They are the
 * last layers of a network and small: a weight is read once for four images, from the L2 cache.
 *
 * <pre>
 * kernel       bytes moved                      operations       expected limiter     measured
 * quantize     5 an element                     6                memory               not yet timed
 * values       5 an element                     a division       memory               not yet timed
 * max_pool     in + out                         1 a sample       memory, L2           not yet timed
 * subsample    in / stride^2 + out              none             memory               not yet timed
 * average      4 in + 4 out                     1 a sample       latency of a chain   not yet timed
 * product      4 (M K + K N + M N), rereads w   2 M N K          latency of a chain   not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.codes;
