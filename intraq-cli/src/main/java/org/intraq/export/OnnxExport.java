package org.intraq.export;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.export.Graph.Attribute;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.kernel.batchnorm.BatchNormFold;

/**
 * Writes a network as ONNX, images [N, C, H, W] to logits [N, classes], layer by layer under the
 * network's own names.
 *
 * <p>Of a quantized network every quantized weight is a constant of codes behind a
 * DequantizeLinear, and every quantized activation passes a QuantizeLinear/DequantizeLinear pair
 * ({@link Codes}). A BatchNorm behind a quantized convolution becomes the scale of its weights and
 * its bias, so that an engine can compute from codes to codes. What an engine computes of that in
 * f32 is the fake-quantized network up to the rounding of its sums.
 */
public final class OnnxExport {
  /** Name of the input. */
  public static final String INPUT = "images";

  /** Name of the output. */
  public static final String OUTPUT = "logits";

  private final Graph graph;
  private final Weights weights;
  private final Codes codes;
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> merged = new HashSet<>();

  private OnnxExport(Graph graph, Weights weights, Codes codes) {
    this.graph = graph;
    this.weights = weights;
    this.codes = codes;
  }

  /** What was written. */
  public record Summary(int layers, int quantizedWeights, List<String> notes) {}

  /** Writes a network in f32. */
  public static Summary write(
      Path file, Network network, Weights weights, Map<String, String> metadata) {
    Graph graph = new Graph(network.name());
    new OnnxExport(graph, weights, null).add(network);
    graph.write(file, metadata);
    return new Summary(network.nodes().size(), 0, List.of());
  }

  /**
   * Writes a quantized network.
   *
   * @param symmetric whether the zero points of weights have to be 0
   */
  public static Summary write(Path file, QuantizedFile.Content content, boolean symmetric) {
    Network network = content.network();
    Graph graph = new Graph(network.name());
    Codes codes = new Codes(graph, content, symmetric);
    new OnnxExport(graph, content.weights(), codes).add(network);
    Map<String, String> metadata = new LinkedHashMap<>(content.preprocessing().toMetadata());
    metadata.put("bits", content.plan().describe());
    graph.write(file, metadata);
    return new Summary(network.nodes().size(), codes.quantizedWeights(), codes.notes());
  }

  private void add(Network network) {
    Node.Input in = network.input();
    graph.input(INPUT, in.c(), in.h(), in.w());
    names.put(in.name(), INPUT);
    if (codes != null) {
      findMerged(network);
    }
    for (Node node : network.nodes()) {
      if (node != in && !merged.contains(node.name())) {
        String output = node == network.output() ? OUTPUT : node.name();
        names.put(node.name(), add(node, output));
      }
    }
    graph.output(OUTPUT, network.classes());
  }

  /** Quantized convolutions that only a BatchNorm reads. */
  private void findMerged(Network network) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : network.nodes()) {
      node.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
    }
    for (Node.BatchNorm b : network.all(Node.BatchNorm.class)) {
      if (b.input() instanceof Node.Conv c
          && !c.bias()
          && readers.get(c.name()) == 1
          && codes.isQuantized(c)) {
        merged.add(c.name());
      }
    }
  }

  private String add(Node node, String output) {
    String x = names.get(node.inputs().getFirst().name());
    return switch (node) {
      case Node.Input in -> throw new IllegalStateException("second input " + in.name());
      case Node.Conv c -> {
        String w = weight(c, shape(c));
        yield c.bias()
            ? convolution(c, x, w, c.name() + ".bias", values(c.name() + ".bias"), output)
            : convolution(c, List.of(x, w), output);
      }
      case Node.BatchNorm b -> {
        if (b.input() instanceof Node.Conv c && merged.contains(c.name())) {
          yield mergedConvolution(c, b, output);
        }
        List<String> inputs =
            List.of(
                x,
                vector(b.name() + ".weight"),
                vector(b.name() + ".bias"),
                vector(b.name() + ".running_mean"),
                vector(b.name() + ".running_var"));
        yield graph.node("BatchNormalization", output, inputs, new Attribute("epsilon", b.eps()));
      }
      case Node.Activation a -> {
        String y = codes == null ? output : output + ".f32";
        if (Float.isInfinite(a.cap())) {
          graph.node("Relu", y, List.of(x));
        } else {
          String lo = graph.setting(output + ".min", 0f);
          String hi = graph.setting(output + ".max", a.cap());
          graph.node("Clip", y, List.of(x, lo, hi));
        }
        yield codes == null ? y : codes.activation(a, y, output);
      }
      case Node.Add a -> graph.node("Add", output, List.of(x, names.get(a.shortcut().name())));
      case Node.Subsample s -> subsample(s, x, output);
      case Node.MaxPool m -> {
        var g = m.geometry();
        yield graph.node(
            "MaxPool",
            output,
            List.of(x),
            new Attribute("kernel_shape", new int[] {g.kh(), g.kw()}),
            new Attribute("strides", new int[] {g.strideH(), g.strideW()}),
            new Attribute(
                "pads", new int[] {g.padTop(), g.padLeft(), g.padBottom(), g.padRight()}));
      }
      case Node.GlobalAverage g ->
          graph.node(
              "Flatten",
              output,
              List.of(graph.node("GlobalAveragePool", output + ".pool", List.of(x))));
      case Node.Linear l -> {
        String w = weight(l, l.out(), l.in());
        List<String> inputs = l.bias() ? List.of(x, w, vector(l.name() + ".bias")) : List.of(x, w);
        yield graph.node("Gemm", output, inputs, new Attribute("transB", 1));
      }
    };
  }

  /** y = x convolved with (w * scale[o]) + shift[o]. */
  private String mergedConvolution(Node.Conv c, Node.BatchNorm b, String output) {
    float[] scale = new float[b.channels()];
    float[] shift = new float[b.channels()];
    BatchNormFold.fold(
        b.channels(),
        weights.get(b.name() + ".weight").values(),
        0,
        weights.get(b.name() + ".bias").values(),
        0,
        weights.get(b.name() + ".running_mean").values(),
        0,
        weights.get(b.name() + ".running_var").values(),
        0,
        b.eps(),
        scale,
        0,
        shift,
        0);
    String x = names.get(c.input().name());
    String w = codes.weight(c, scale, shape(c));
    return convolution(c, x, w, b.name() + ".bias", shift, output);
  }

  /** With a bias, where {@link Codes#holdsBias} says. */
  private String convolution(
      Node.Conv c, String x, String w, String name, float[] bias, String output) {
    if (codes == null || codes.holdsBias(c)) {
      return convolution(c, List.of(x, w, graph.floats(name, bias, bias.length)), output);
    }
    String sums = convolution(c, List.of(x, w), output + ".sums");
    return graph.node("Add", output, List.of(sums, graph.floats(name, bias, bias.length, 1, 1)));
  }

  private static int[] shape(Node.Conv c) {
    var g = c.geometry();
    return new int[] {g.oc(), g.icPerGroup(), g.kh(), g.kw()};
  }

  private String convolution(Node.Conv c, List<String> inputs, String output) {
    var g = c.geometry();
    return graph.node(
        "Conv",
        output,
        inputs,
        new Attribute("kernel_shape", new int[] {g.kh(), g.kw()}),
        new Attribute("strides", new int[] {g.strideH(), g.strideW()}),
        new Attribute("dilations", new int[] {g.dilationH(), g.dilationW()}),
        new Attribute("pads", new int[] {g.padTop(), g.padLeft(), g.padBottom(), g.padRight()}),
        new Attribute("group", g.groups()));
  }

  /** Every stride-th sample, then zeros before and behind the channels. */
  private String subsample(Node.Subsample s, String x, String output) {
    int channels = channels(s.input());
    String starts = graph.setting(output + ".starts", 0, 0);
    String ends = graph.setting(output + ".ends", Integer.MAX_VALUE, Integer.MAX_VALUE);
    String axes = graph.setting(output + ".axes", 2, 3);
    String steps = graph.setting(output + ".steps", s.stride(), s.stride());
    String sampled =
        graph.node("Slice", output + ".sampled", List.of(x, starts, ends, axes, steps));
    int behind = s.channels() - channels - s.padBefore();
    String pads = graph.setting(output + ".pads", 0, s.padBefore(), 0, 0, 0, behind, 0, 0);
    return graph.node("Pad", output, List.of(sampled, pads));
  }

  private static int channels(Node node) {
    return switch (node) {
      case Node.Input in -> in.c();
      case Node.Conv c -> c.geometry().oc();
      case Node.BatchNorm b -> b.channels();
      case Node.Subsample s -> s.channels();
      case Node.Linear l -> l.out();
      default -> channels(node.inputs().getFirst());
    };
  }

  private float[] values(String name) {
    return weights.get(name).values();
  }

  private String vector(String name) {
    float[] values = values(name);
    return graph.floats(name, values, values.length);
  }

  private String weight(Node layer, int... shape) {
    String name = layer.name() + ".weight";
    String quantized = codes == null ? null : codes.weight(layer, null, shape);
    return quantized != null ? quantized : graph.floats(name, weights.get(name).values(), shape);
  }
}
