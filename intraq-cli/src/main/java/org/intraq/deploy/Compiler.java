package org.intraq.deploy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.quantize.IntegerScheme;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.WeightCodes;
import org.intraq.tensor.kernel.batchnorm.BatchNormFold;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;

/**
 * Makes a {@link Program} of a quantized network.
 *
 * <p>A convolution, its BatchNorm, a residual sum and an activation become one step, at the place
 * of the last of them in the network's order. Of a sum of two BatchNorms (a projection shortcut)
 * the body takes the sum, and the shortcut is stored in f32.
 */
public final class Compiler {
  private final QuantizedFile.Content content;
  private final IntegerScheme scheme;
  private final Integers integers;
  private final Map<String, List<Node>> readers = new HashMap<>();
  private final Map<String, Value> values = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /** Makes the step of a layer of codes by codes; throws if it cannot be computed exactly. */
  private interface Integers {
    Step step(String name, Conv2dShape shape, WeightCodes codes, Value input, Epilogue epilogue);
  }

  private Compiler(QuantizedFile.Content content, IntegerScheme scheme, Integers integers) {
    this.content = content;
    this.scheme = scheme;
    this.integers = integers;
  }

  /**
   * Compiles.
   *
   * @param allInteger whether layers whose input the method leaves in f32 get a quantizer, too
   * @param kernel for which weights are packed
   * @throws IllegalArgumentException if the network has a form that this engine does not know
   */
  public static Program compile(
      QuantizedFile.Content content, boolean allInteger, LowBitConvolution kernel) {
    return compile(content, allInteger, kernel, 0);
  }

  static Program compile(
      QuantizedFile.Content content, boolean allInteger, LowBitConvolution kernel, int guard) {
    return compile(
        content,
        allInteger,
        guard,
        (name, shape, codes, input, epilogue) ->
            new IntegerConvolution(kernel, name, shape, codes, input, epilogue));
  }

  /** Compiles for {@link DeviceNetwork}; the same steps, with weights that the device packs. */
  public static Program forDevice(QuantizedFile.Content content, boolean allInteger) {
    return forDevice(content, allInteger, 0);
  }

  static Program forDevice(QuantizedFile.Content content, boolean allInteger, int guard) {
    return compile(content, allInteger, guard, DeviceConvolution::new);
  }

  private static Program compile(
      QuantizedFile.Content content, boolean allInteger, int guard, Integers integers) {
    IntegerScheme scheme = IntegerScheme.of(content, allInteger);
    return new Compiler(content, scheme, integers).compile(guard);
  }

  private Program compile(int guard) {
    Network network = content.network();
    for (Node node : network.nodes()) {
      for (Node input : node.inputs()) {
        readers.computeIfAbsent(input.name(), name -> new ArrayList<>()).add(node);
      }
    }
    Node.Input in = network.input();
    Value images = new Value(in.name(), null, in.h(), in.w(), in.c());
    values.put(in.name(), images);
    Map<String, Block> blocks = Block.find(network, readers);
    for (Node node : network.nodes()) {
      Block block = blocks.get(node.name());
      if (block != null) {
        convolution(block);
      } else if (!Block.isInside(node, blocks.values())) {
        other(node);
      }
    }
    return new Program(network, steps, images, values.get(network.output().name()), guard);
  }

  private void other(Node node) {
    switch (node) {
      case Node.Input in -> {}
      case Node.MaxPool m -> {
        Value x = values.get(m.input().name());
        var g = m.geometry();
        Value y = define(m, x.quantizer(), g.outH(), g.outW(), g.c());
        steps.add(new Pooling(m.name(), g, x, y));
      }
      case Node.Subsample s -> shortcut(s);
      case Node.GlobalAverage g -> {
        Value x = values.get(g.input().name());
        steps.add(new Average(g.name(), x, define(g, null, 1, 1, x.c())));
      }
      case Node.Linear l -> classifier(l);
      default ->
          throw new IllegalArgumentException(
              "integer engine: expected convolutions followed by BatchNorm, got '"
                  + node.name()
                  + "' ("
                  + node.getClass().getSimpleName()
                  + ") standing alone");
    }
  }

  private Value define(Node node, CodeQuantizer quantizer, int h, int w, int c) {
    Value value = new Value(node.name(), quantizer, h, w, c);
    values.put(node.name(), value);
    return value;
  }

  private void shortcut(Node.Subsample s) {
    Value x = values.get(s.input().name());
    int h = (x.h() + s.stride() - 1) / s.stride();
    int w = (x.w() + s.stride() - 1) / s.stride();
    CodeQuantizer quantizer = scheme.codesOf(s);
    if (x.isCodes() && quantizer == null) {
      // 0 has no code: the new channels can only be floats.
      Value floats = new Value(x.name() + " values", null, x.h(), x.w(), x.c());
      steps.add(new Dequantize(s.name(), x, floats));
      x = floats;
    }
    steps.add(new Shortcut(s, x, define(s, quantizer, h, w, s.channels())));
  }

  private void convolution(Block block) {
    Node.Conv conv = block.conv();
    Conv2dShape shape = conv.geometry();
    IntegerScheme.Layer layer = scheme.layer(conv);
    float[] multiplier = new float[shape.oc()];
    float[] offset = new float[shape.oc()];
    fold(block.norm(), multiplier, offset);
    if (layer.isWhole()) {
      float[] units = layer.scales();
      for (int o = 0; o < multiplier.length; o++) {
        multiplier[o] *= units[o];
      }
    }
    Value residual = block.residual() == null ? null : values.get(block.residual().name());
    Value x = input(conv, layer, values.get(conv.input().name()));
    Value result =
        define(block.last(), scheme.codesOf(block.last()), shape.outH(), shape.outW(), shape.oc());
    Epilogue epilogue = new Epilogue(multiplier, offset, residual, block.cap(), result);
    Step step = layer.input() == null ? null : integer(conv.name(), shape, layer, x, epilogue);
    if (step == null) {
      float[] bias = conv.bias() ? content.weights().get(conv.name() + ".bias").values() : null;
      step =
          new FloatLayer(
              conv.name(), shape, floatWeights(conv, layer), bias, x, layer.isWhole(), epilogue);
    }
    steps.add(step);
  }

  /** The integer step; null if its sums could leave 32 bits or its padding has no code. */
  private Step integer(
      String name, Conv2dShape shape, IntegerScheme.Layer layer, Value x, Epilogue epilogue) {
    boolean pads = shape.padTop() + shape.padLeft() + shape.padBottom() + shape.padRight() > 0;
    if (pads && !IntegerScheme.holdsZero(layer.input())) {
      return null;
    }
    try {
      return integers.step(name, shape, layer.weights(), x, epilogue);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The value a layer reads, with a quantizer of its own in front if it has one. */
  private Value input(Node node, IntegerScheme.Layer layer, Value x) {
    if (layer.added() == null) {
      return x;
    }
    Value codes = new Value(node.name() + " codes", layer.input(), x.h(), x.w(), x.c());
    steps.add(new Quantize(node.name(), x, codes));
    return codes;
  }

  private FloatWeights floatWeights(Node node, IntegerScheme.Layer layer) {
    if (layer.isWhole()) {
      return new FloatWeights(layer.weights());
    }
    Weights.Entry entry = content.weights().get(node.name() + ".weight");
    return new FloatWeights(Parameters.toEngine(entry.shape(), entry.values()));
  }

  private void classifier(Node.Linear l) {
    IntegerScheme.Layer layer = scheme.layer(l);
    Value x = input(l, layer, values.get(l.input().name()));
    Value y = define(l, null, 1, 1, l.out());
    float[] bias = l.bias() ? content.weights().get(l.name() + ".bias").values() : null;
    float[] units = layer.isWhole() ? layer.scales() : null;
    if (layer.input() != null) {
      float[] offset = bias == null ? new float[l.out()] : bias;
      Epilogue epilogue = new Epilogue(units, offset, null, Float.NaN, y);
      Conv2dShape shape = LowBitConvolution.gemm(1, l.in(), l.out());
      steps.add(integers.step(l.name(), shape, layer.weights(), x, epilogue));
      return;
    }
    if (x.isCodes()) {
      throw new IllegalArgumentException(
          "integer engine: expected the classifier '" + l.name() + "' behind a mean");
    }
    steps.add(new Classify(l.name(), floatWeights(l, layer), units, bias, x, y));
  }

  /** Scale and shift of a BatchNorm, as the f32 network has them. */
  private void fold(Node.BatchNorm b, float[] scale, float[] shift) {
    Weights weights = content.weights();
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
  }
}
