/**
 * Parameter updates in place: one pass, four elements a thread in 128-bit accesses.
 *
 * <pre>
 * kernel               bytes moved (n parameters)   expected limiter                          measured
 * sgd, no momentum     12 n                         memory; launch time for small tensors     not yet on a GPU
 * sgd, momentum        20 n                         memory; launch time for small tensors     not yet on a GPU
 * adam                 28 n                         memory; launch time for small tensors     not yet on a GPU
 * </pre>
 */
package org.intraq.cuda.kernel.optimizer;
