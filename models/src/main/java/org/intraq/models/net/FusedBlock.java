package org.intraq.models.net;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BatchNorm, an optional residual sum and an activation that run as one operation.
 *
 * <p>The pass that finds them looks at every activation: its input is a BatchNorm, or a sum of
 * which one side is a BatchNorm, and nobody else reads what lies between. Everything else runs node
 * by node.
 *
 * @param norm the BatchNorm
 * @param residual the other side of the sum; null without one
 * @param activation the last node, whose place in the order the block takes
 */
record FusedBlock(Node.BatchNorm norm, Node residual, Node.Activation activation) {
  /** What the block reads. */
  List<Node> inputs() {
    return residual == null ? List.of(norm.input()) : List.of(norm.input(), residual);
  }

  /** Adds the names of the nodes that vanish into the block. */
  void addInner(Set<String> names) {
    names.add(norm.name());
    if (residual != null) {
      names.add(activation.input().name());
    }
  }

  /** The blocks of a network by the names of their activations. */
  static Map<String, FusedBlock> find(Network network) {
    Map<String, Integer> readers = new HashMap<>();
    network
        .nodes()
        .forEach(node -> node.inputs().forEach(i -> readers.merge(i.name(), 1, Integer::sum)));
    Map<String, FusedBlock> blocks = new LinkedHashMap<>();
    for (Node.Activation activation : network.all(Node.Activation.class)) {
      FusedBlock block = endingIn(activation, readers);
      if (block != null) {
        blocks.put(activation.name(), block);
      }
    }
    return blocks;
  }

  private static FusedBlock endingIn(Node.Activation activation, Map<String, Integer> readers) {
    Node before = activation.input();
    if (readers.get(before.name()) != 1) {
      return null;
    }
    if (before instanceof Node.BatchNorm norm) {
      return new FusedBlock(norm, null, activation);
    }
    if (before instanceof Node.Add add) {
      if (add.body() instanceof Node.BatchNorm norm && readers.get(norm.name()) == 1) {
        return new FusedBlock(norm, add.shortcut(), activation);
      }
      if (add.shortcut() instanceof Node.BatchNorm norm && readers.get(norm.name()) == 1) {
        return new FusedBlock(norm, add.body(), activation);
      }
    }
    return null;
  }
}
