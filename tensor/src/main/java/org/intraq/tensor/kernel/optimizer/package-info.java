/** Parameter updates: SGD and Adam. */
package org.intraq.tensor.kernel.optimizer;
