package org.intraq.quantize;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.config.ConfigException;
import org.intraq.config.QuantizerConfig;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;

/** The width of every weight tensor and every activation of one network; 0 is full precision. */
public final class BitPlan {
  private final Bits common;
  private final Map<String, Integer> weights = new LinkedHashMap<>();
  private final Map<String, Integer> activations = new LinkedHashMap<>();

  private BitPlan(Network network, Bits common) {
    this.common = common;
    for (Node node : layers(network)) {
      weights.put(node.name(), common.weights());
    }
    for (Node node : network.all(Node.Activation.class)) {
      activations.put(node.name(), common.activations());
    }
  }

  /** All layers alike. */
  public static BitPlan uniform(Network network, Bits bits) {
    return new BitPlan(network, bits);
  }

  /**
   * The plan a configuration asks for.
   *
   * @throws ConfigException if it names a layer the network has not, or two widths for one
   */
  public static BitPlan of(Network network, Bits bits, QuantizerConfig config) {
    BitPlan plan = new BitPlan(network, bits);
    if (config.firstLastBits() != 0) {
      List<Node> layers = layers(network);
      plan.weights.put(layers.getFirst().name(), config.firstLastBits());
      plan.weights.put(layers.getLast().name(), config.firstLastBits());
    }
    Map<String, Integer> asked = new LinkedHashMap<>();
    config.layerBits().forEach((name, text) -> plan.set(network, name, Bits.parse(text), asked));
    return plan;
  }

  /** Full precision but for the weights of {@code layer} and the activations of {@code input}. */
  public static BitPlan only(Network network, Bits bits, String layer, String input) {
    BitPlan plan = new BitPlan(network, Bits.FULL);
    plan.weights.computeIfPresent(layer, (name, old) -> bits.weights());
    plan.activations.computeIfPresent(input, (name, old) -> bits.activations());
    return plan;
  }

  /** Rebuilds a plan from a file. */
  static BitPlan restored(
      Network network, Bits common, Map<String, Integer> weights, Map<String, Integer> inputs) {
    BitPlan plan = new BitPlan(network, common);
    plan.weights.putAll(weights);
    plan.activations.putAll(inputs);
    return plan;
  }

  private void set(Network network, String name, Bits bits, Map<String, Integer> asked) {
    Node node =
        network.nodes().stream()
            .filter(n -> n.name().equals(name))
            .findFirst()
            .orElseThrow(() -> unknown(name));
    String input = node instanceof Node.Activation ? name : inputOf(node);
    if (bits.weights() != 0) {
      if (!weights.containsKey(name)) {
        throw new ConfigException("layer bits: '" + name + "' has no weights");
      }
      weights.put(name, bits.weights());
    }
    if (bits.activations() != 0) {
      if (input == null) {
        throw new ConfigException(
            "layer bits: the input of '"
                + name
                + "' is no activation and stays unquantized; give weight bits only, such as w8");
      }
      Integer before = asked.put(input, bits.activations());
      if (before != null && before != bits.activations()) {
        throw new ConfigException(
            "layer bits: '%s' is asked to have %d and %d bits; its readers share it"
                .formatted(input, before, bits.activations()));
      }
      activations.put(input, bits.activations());
    }
  }

  private ConfigException unknown(String name) {
    List<String> known = new ArrayList<>(weights.keySet());
    return new ConfigException(
        "layer bits: no layer '%s'; the layers are %s"
            .formatted(
                name, String.join(", ", known.subList(0, Math.min(known.size(), 5))) + " ..."));
  }

  /**
   * The name of the activation whose values a layer reads, or null. Window maxima and shortcuts
   * without parameters are such values.
   */
  public static String inputOf(Node layer) {
    if (layer.inputs().size() != 1) {
      return null;
    }
    Node input = layer.inputs().getFirst();
    while (input instanceof Node.MaxPool || input instanceof Node.Subsample) {
      input = input.inputs().getFirst();
    }
    return input instanceof Node.Activation a ? a.name() : null;
  }

  /** Convolutions and classifiers in execution order. */
  public static List<Node> layers(Network network) {
    return network.nodes().stream()
        .filter(n -> n instanceof Node.Conv || n instanceof Node.Linear)
        .toList();
  }

  /** The widths of all layers that have none of their own. */
  public Bits common() {
    return common;
  }

  /** Whether all layers and activations have the widths in common. */
  public boolean isUniform() {
    return weights.values().stream().allMatch(b -> b == common.weights())
        && activations.values().stream().allMatch(b -> b == common.activations());
  }

  /** The widths in words: those in common, and whether some layers have others. */
  public String describe() {
    return common + (isUniform() ? "" : " (other widths in some layers)");
  }

  /** Bits of a layer's weights. */
  public int weights(Node layer) {
    return weights.get(layer.name());
  }

  /** Bits of an activation. */
  public int activations(Node activation) {
    return activations.get(activation.name());
  }

  /** Bits of every layer's weights by name, in execution order. */
  public Map<String, Integer> allWeights() {
    return Collections.unmodifiableMap(weights);
  }

  /** Bits of every activation by name. */
  public Map<String, Integer> allActivations() {
    return Collections.unmodifiableMap(activations);
  }
}
