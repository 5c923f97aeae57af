/**
 * GPUs as a backend: one class for each role checks arguments and calls the launchers in {@code
 * kernel}. Found by {@link java.util.ServiceLoader}; nothing else depends on it.
 */
package org.intraq.cuda;
