/**
 * The quantizer as {@link org.intraq.models.net.Hooks} of a forward pass, activation ranges and
 * their calibration, and the file of a quantized network.
 */
package org.intraq.quantize;
