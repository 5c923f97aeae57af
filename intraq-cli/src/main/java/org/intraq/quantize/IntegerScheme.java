package org.intraq.quantize;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * Which values of a quantized network are codes, and which layers are sums of whole numbers.
 *
 * <p>The integer engine and the exact evaluation of the fake-quantized network both follow it.
 *
 * <ul>
 *   <li>The output of an activation is codes if it has bits; so are its window maxima, because the
 *       order of codes is that of values; so is a parameter-free shortcut, if 0 has a code.
 *   <li>A layer's weights are whole numbers q - zero times a scale for each channel. Its sums are
 *       exact if its input is codes too; else the layer runs weight-only, in f32.
 *   <li>"All-integer" puts a quantizer of 8 bits before every layer that would run weight-only,
 *       with the ranges of {@link DerivedRanges}.
 * </ul>
 */
public final class IntegerScheme {
  /** Width of the codes that "all-integer" adds. */
  public static final int ADDED_BITS = 8;

  /**
   * How one layer computes.
   *
   * @param weights null if the layer keeps f32 weights
   * @param input the quantizer of its input; null if the input stays f32
   * @param added the range of that quantizer if it belongs to this layer alone ("all-integer"); or
   *     null
   */
  public record Layer(WeightCodes weights, CodeQuantizer input, Range added) {
    /** Whether the weights are whole numbers. */
    public boolean isWhole() {
      return weights != null;
    }

    /** What a unit of the sums is worth, [OC]; only with whole weights. */
    public float[] scales() {
      return weights.scales(input == null ? 1 : input.m());
    }
  }

  private final Map<String, CodeQuantizer> values = new HashMap<>();
  private final Map<String, Layer> layers = new LinkedHashMap<>();

  private IntegerScheme() {}

  /** The scheme of a quantized network. */
  public static IntegerScheme of(QuantizedFile.Content content, boolean allInteger) {
    IntegerScheme scheme = new IntegerScheme();
    Network network = content.network();
    for (Node node : network.nodes()) {
      CodeQuantizer quantizer = scheme.valueQuantizer(node, content);
      if (quantizer != null) {
        scheme.values.put(node.name(), quantizer);
      }
    }
    Map<String, Range> derived = allInteger ? DerivedRanges.of(content) : Map.of();
    Set<String> scalable = scalable(network);
    for (Node node : BitPlan.layers(network)) {
      scheme.layers.put(node.name(), scheme.layer(node, content, derived, scalable));
    }
    return scheme;
  }

  private CodeQuantizer valueQuantizer(Node node, QuantizedFile.Content content) {
    return switch (node) {
      case Node.Activation a -> {
        int bits = content.plan().activations(a);
        Range range = content.ranges().get(a.name());
        yield bits == 0 ? null : CodeQuantizer.ofRange(range.lo(), range.hi(), bits);
      }
      case Node.MaxPool m -> values.get(m.input().name());
      case Node.Subsample s -> {
        CodeQuantizer q = values.get(s.input().name());
        yield q != null && holdsZero(q) ? q : null;
      }
      default -> null;
    };
  }

  /** Whether the value 0 has a code. */
  public static boolean holdsZero(CodeQuantizer quantizer) {
    return quantizer.zero() >= 0 && quantizer.zero() < 1 << quantizer.bits();
  }

  private Layer layer(
      Node node, QuantizedFile.Content content, Map<String, Range> derived, Set<String> scalable) {
    WeightCodes weights = content.codes().get(node.name());
    if (weights == null || !weights.isWhole() || !scalable.contains(node.name())) {
      return new Layer(null, null, null);
    }
    Node input = node.inputs().getFirst();
    CodeQuantizer quantizer = values.get(input.name());
    Range range = derived.get(input.name());
    if (quantizer == null && range != null) {
      return new Layer(weights, CodeQuantizer.ofRange(range.lo(), range.hi(), ADDED_BITS), range);
    }
    return new Layer(weights, quantizer, null);
  }

  /** Layers behind which something multiplies by a number for each channel anyway. */
  private static Set<String> scalable(Network network) {
    Set<String> names = new HashSet<>();
    BitPlan.layers(network).forEach(layer -> names.add(layer.name()));
    for (Node node : network.nodes()) {
      for (Node input : node.inputs()) {
        if (input instanceof Node.Conv conv && (!(node instanceof Node.BatchNorm) || conv.bias())) {
          names.remove(conv.name());
        }
      }
    }
    return names;
  }

  /** How a convolution or classifier computes. */
  public Layer layer(Node node) {
    return layers.get(node.name());
  }

  /** The quantizer whose codes a node's output is; null if it is f32. */
  public CodeQuantizer codesOf(Node node) {
    return values.get(node.name());
  }
}
