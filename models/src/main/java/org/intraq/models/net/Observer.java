package org.intraq.models.net;

import org.intraq.autograd.Variable;

/** Sees what lies between the images and the logits of a forward pass. */
public interface Observer {
  /** Sees nothing. */
  Observer NONE = (node, y) -> false;

  /**
   * Sees the output of {@code node} as its users will. Nodes that vanish into a fused block have
   * none; the last one of a block has.
   *
   * @return whether a value that requires no gradient is taken over: the pass then does not free it
   */
  boolean output(Node node, Variable y);
}
