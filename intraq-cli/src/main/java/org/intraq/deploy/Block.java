package org.intraq.deploy;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;

/**
 * A convolution with all that runs in its output stage.
 *
 * @param residual the other side of the sum; null without one
 * @param sum the sum; null without one
 * @param activation null without one
 */
record Block(
    Node.Conv conv, Node.BatchNorm norm, Node residual, Node.Add sum, Node.Activation activation) {
  /** The node whose output the block's is. */
  Node last() {
    return activation != null ? activation : sum != null ? sum : norm;
  }

  /** Of the activation; NaN without one. */
  float cap() {
    return activation == null ? Float.NaN : activation.cap();
  }

  /** The blocks of a network by the name of their last node. */
  static Map<String, Block> find(Network network, Map<String, List<Node>> readers) {
    Map<String, Block> blocks = new HashMap<>();
    for (Node.BatchNorm norm : network.all(Node.BatchNorm.class)) {
      if (norm.input() instanceof Node.Conv conv && readers.get(conv.name()).size() == 1) {
        Block block = block(conv, norm, readers);
        blocks.put(block.last().name(), block);
      }
    }
    return blocks;
  }

  private static Block block(Node.Conv conv, Node.BatchNorm norm, Map<String, List<Node>> readers) {
    Node next = only(norm, readers);
    if (next instanceof Node.Activation activation) {
      return new Block(conv, norm, null, null, activation);
    }
    if (next instanceof Node.Add add && takesSum(add, norm, readers)) {
      Node residual = add.body() == norm ? add.shortcut() : add.body();
      Node.Activation activation = only(add, readers) instanceof Node.Activation a ? a : null;
      return new Block(conv, norm, residual, add, activation);
    }
    return new Block(conv, norm, null, null, null);
  }

  /** Whether the sum belongs to this side: the body's, if that is a BatchNorm nobody else reads. */
  private static boolean takesSum(
      Node.Add add, Node.BatchNorm norm, Map<String, List<Node>> readers) {
    boolean body =
        add.body() instanceof Node.BatchNorm b
            && b.input() instanceof Node.Conv
            && readers.get(b.name()).size() == 1;
    return body ? add.body() == norm : add.shortcut() == norm;
  }

  private static Node only(Node node, Map<String, List<Node>> readers) {
    List<Node> all = readers.getOrDefault(node.name(), List.of());
    return all.size() == 1 ? all.getFirst() : null;
  }

  /** Whether a node vanishes into one of the blocks. */
  static boolean isInside(Node node, Collection<Block> blocks) {
    for (Block block : blocks) {
      if (node == block.conv || node == block.norm || node == block.sum) {
        return true;
      }
    }
    return false;
  }
}
