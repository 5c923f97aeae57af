package org.intraq.models.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes around a BatchNorm that run as one operation: the convolution before it, a residual sum and
 * an activation behind it.
 *
 * <pre>
 * [convolution] - BatchNorm - [sum with the residual] - [activation]
 * </pre>
 *
 * <p>The pass that finds them starts at every BatchNorm and takes each neighbour in, as long as
 * nobody else reads what lies between. A BatchNorm with nothing to take in runs by itself, as does
 * everything else.
 *
 * @param conv the convolution, without bias; null where the BatchNorm's input is something else
 * @param residual the other side of the sum; null without one
 * @param activation null without one
 * @param last the last node, whose place in the order the block takes
 * @param inner the nodes before the last, which vanish into the block
 */
record FusedBlock(
    Node.Conv conv,
    Node.BatchNorm norm,
    Node residual,
    Node.Activation activation,
    Node last,
    List<Node> inner) {

  /** What the block reads. */
  List<Node> inputs() {
    Node first = conv != null ? conv.input() : norm.input();
    return residual == null ? List.of(first) : List.of(first, residual);
  }

  /** Adds the names of the nodes that vanish into the block. */
  void addInner(Set<String> names) {
    inner.forEach(node -> names.add(node.name()));
  }

  /**
   * The blocks of a network by the names of their last nodes.
   *
   * @param convolutions whether blocks begin with the convolution; without, only those that end in
   *     an activation are made
   */
  static Map<String, FusedBlock> find(Network network, boolean convolutions) {
    Map<String, Node> onlyReader = new HashMap<>();
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : network.nodes()) {
      for (Node input : node.inputs()) {
        readers.merge(input.name(), 1, Integer::sum);
        onlyReader.put(input.name(), node);
      }
    }
    onlyReader.keySet().removeIf(name -> readers.get(name) != 1);
    Map<String, FusedBlock> blocks = new LinkedHashMap<>();
    for (Node.BatchNorm norm : network.all(Node.BatchNorm.class)) {
      FusedBlock block = around(norm, onlyReader, convolutions);
      if (block.conv != null || block.activation != null) {
        blocks.put(block.last.name(), block);
      }
    }
    return blocks;
  }

  private static FusedBlock around(
      Node.BatchNorm norm, Map<String, Node> onlyReader, boolean convolutions) {
    List<Node> inner = new ArrayList<>();
    Node.Conv conv = null;
    if (convolutions
        && norm.input() instanceof Node.Conv c
        && !c.bias()
        && onlyReader.containsKey(c.name())) {
      conv = c;
      inner.add(c);
    }
    Node last = norm;
    Node residual = null;
    // Of a sum's two sides the body is taken in, or the shortcut where the body is no BatchNorm.
    if (onlyReader.get(norm.name()) instanceof Node.Add add
        && (add.body() == norm || !(add.body() instanceof Node.BatchNorm))
        && (convolutions || onlyReader.get(add.name()) instanceof Node.Activation)) {
      residual = add.body() == norm ? add.shortcut() : add.body();
      inner.add(last);
      last = add;
    }
    Node.Activation activation = null;
    if (onlyReader.get(last.name()) instanceof Node.Activation a) {
      activation = a;
      inner.add(last);
      last = a;
    }
    return new FusedBlock(conv, norm, residual, activation, last, inner);
  }
}
