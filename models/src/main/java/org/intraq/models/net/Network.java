package org.intraq.models.net;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A convolutional classifier: its nodes in execution order, the images first and the logits last.
 *
 * <p>Nodes are compared by identity here: {@code equals} of nested records would walk the whole
 * network.
 *
 * <p>Networks are equal only to themselves.
 *
 * @param name the registry name, such as {@code resnet20_cifar10}
 * @param nodes every node after all its inputs
 * @param classes number of logits
 */
public record Network(String name, List<Node> nodes, int classes) {
  private static final Pattern UNIT =
      Pattern.compile("(features\\.stage\\d+\\.unit\\d+|layer\\d+\\.\\d+)\\.");

  /** Copies the list. */
  public Network {
    nodes = List.copyOf(nodes);
  }

  /** The images. */
  public Node.Input input() {
    return (Node.Input) nodes.getFirst();
  }

  /** The classifier. */
  public Node output() {
    return nodes.getLast();
  }

  /** All nodes of one type, in execution order. */
  public <T extends Node> List<T> all(Class<T> type) {
    List<T> found = new ArrayList<>();
    for (Node node : nodes) {
      if (type.isInstance(node)) {
        found.add(type.cast(node));
      }
    }
    return found;
  }

  /**
   * Names and shapes of all tensors in checkpoint order, as PyTorch stores them: convolutions [OC,
   * IC / groups, KH, KW], the classifier [OUT, IN], everything else [C].
   */
  public Map<String, int[]> tensors() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    for (Node node : nodes) {
      String name = node.name();
      switch (node) {
        case Node.Conv c -> {
          var g = c.geometry();
          shapes.put(name + ".weight", new int[] {g.oc(), g.icPerGroup(), g.kh(), g.kw()});
          if (c.bias()) {
            shapes.put(name + ".bias", new int[] {g.oc()});
          }
        }
        case Node.BatchNorm b -> {
          for (String part : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
            shapes.put(name + part, new int[] {b.channels()});
          }
        }
        case Node.Linear l -> {
          shapes.put(name + ".weight", new int[] {l.out(), l.in()});
          if (l.bias()) {
            shapes.put(name + ".bias", new int[] {l.out()});
          }
        }
        default -> {}
      }
    }
    return shapes;
  }

  /**
   * The node that gives each unit's output, in execution order: the last one whose name begins with
   * {@code features.stageS.unitU} (pytorchcv) or {@code layerL.U} where layers are named so.
   */
  public List<Node> units() {
    Map<String, Node> last = new LinkedHashMap<>();
    for (Node node : nodes) {
      Matcher unit = UNIT.matcher(node.name());
      if (unit.lookingAt()) {
        last.put(unit.group(), node);
      }
    }
    return List.copyOf(last.values());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return name;
  }
}
