package org.intraq.models.data;

/**
 * Images ready for a network, valid until the loader's next batch is taken: its arrays are then
 * filled anew.
 *
 * @param pixels [count, size, size, channels] from index 0; longer than that in a short batch
 * @param labels the classes, {@code count} of them valid
 * @param indices the images' numbers in the data set, {@code count} of them valid
 * @param count how many images, at least 1
 */
public record Batch(float[] pixels, int[] labels, int[] indices, int count) {}
