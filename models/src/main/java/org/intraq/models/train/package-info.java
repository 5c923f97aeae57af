/**
 * Training from scratch. {@link org.intraq.models.train.Trainer} reads like the recipe: order the
 * images, augment, forward with BatchNorm in training mode, cross-entropy, backward, SGD.
 *
 * <p>Same seed, same bits: the order and the augmentation of an epoch and the initial weights are
 * functions of the seed alone, and a run that was killed goes on from the last epoch's state as if
 * nothing had happened.
 */
package org.intraq.models.train;
