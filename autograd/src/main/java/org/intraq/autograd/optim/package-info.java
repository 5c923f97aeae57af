/**
 * Optimisers, learning-rate schedules and gradient clipping; all state can be saved and restored.
 */
package org.intraq.autograd.optim;
