package org.intraq.deploy;

import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * What a step reads or writes: [N, h, w, c] codes of one byte, or floats.
 *
 * @param name unique within a program
 * @param quantizer of the codes; null for floats
 */
record Value(String name, CodeQuantizer quantizer, int h, int w, int c) {
  boolean isCodes() {
    return quantizer != null;
  }

  /** Elements of one image. */
  int size() {
    return h * w * c;
  }

  /** As {@code u4} or {@code f32}. */
  String type() {
    return isCodes() ? "u" + quantizer.bits() : "f32";
  }
}
