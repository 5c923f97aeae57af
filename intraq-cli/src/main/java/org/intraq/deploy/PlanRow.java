package org.intraq.deploy;

/**
 * A step of a program, as a plan shows it.
 *
 * @param layer name of the network's node
 * @param kernel what computes it
 * @param bits types of input and weights, and of the result
 * @param weightBytes resident size of the weights, with what belongs to each channel
 * @param multiplyAdds of one image
 */
public record PlanRow(
    String layer, String kernel, String bits, long weightBytes, long multiplyAdds) {}
