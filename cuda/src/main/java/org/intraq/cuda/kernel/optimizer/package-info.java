/**
 * Parameter updates in place: one pass, four elements a thread in 128-bit accesses.
 *
 * <pre>
 * kernel               bytes moved (n parameters)   expected limiter                          measured
 * sgd, no momentum     12 n                         memory; launch time for small tensors     not yet timed
 * sgd, momentum        20 n                         memory; launch time for small tensors     not yet timed
 * adam                 28 n                         memory; launch time for small tensors     not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.optimizer;
