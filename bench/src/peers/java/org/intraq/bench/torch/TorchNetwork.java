package org.intraq.bench.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.step.StepData;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;

/** A network's forward pass in evaluation mode, node by node, as a PyTorch module would call it. */
final class TorchNetwork {
  /** What a method does between the layers. */
  interface Hooks {
    /** Nothing. */
    Hooks NONE = new Hooks() {};

    /** The weight that a layer uses. */
    default Tensor weight(Tensor weight) {
      return weight;
    }

    /** What a rectifier's readers see. */
    default Tensor activation(Tensor y) {
      return y;
    }

    /** Called with every input of a BatchNorm. */
    default void normalized(Node.BatchNorm node, Tensor x) {}
  }

  /**
   * The outcome of a pass.
   *
   * @param logits [N, classes]
   * @param features [N, C]
   */
  record Result(Tensor logits, Tensor features) {}

  private static final LongOptional FROM_START = new LongOptional();

  private final Network network;
  private final Layout layout;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();

  /**
   * Uploads the weights.
   *
   * @param trainable whether everything but the running statistics gets gradients
   */
  TorchNetwork(StepData data, Layout layout, boolean trainable) {
    this.network = data.network();
    this.layout = layout;
    data.weights()
        .entries()
        .forEach(
            (name, entry) -> {
              Tensor value = Tensors.of(entry.values(), layout, Tensors.longs(entry.shape()));
              if (entry.shape().length == 4) {
                value = layout.of(value);
              }
              boolean learns = trainable && !name.contains(".running_");
              parameters.put(name, value.set_requires_grad(learns));
            });
  }

  /** A tensor by its name in checkpoints. */
  Tensor get(String name) {
    return parameters.get(name);
  }

  /** The tensors that get gradients. */
  List<Tensor> trainable() {
    return parameters.values().stream().filter(Tensor::requires_grad).toList();
  }

  /** Runs images [N, C, H, W]. */
  Result forward(Tensor images, Hooks hooks) {
    Map<String, Tensor> values = new HashMap<>();
    Tensor features = null;
    for (Node node : network.nodes()) {
      List<Tensor> in = new ArrayList<>();
      node.inputs().forEach(input -> in.add(values.get(input.name())));
      Tensor out = node instanceof Node.Input ? layout.of(images) : compute(node, in, hooks);
      if (node instanceof Node.GlobalAverage) {
        features = out;
      }
      values.put(node.name(), out);
    }
    return new Result(values.get(network.output().name()), features);
  }

  private Tensor compute(Node node, List<Tensor> in, Hooks hooks) {
    Tensor x = in.getFirst();
    return switch (node) {
      case Node.Conv c -> {
        Tensor weight = hooks.weight(get(c.name() + ".weight"));
        yield Convolutions.convolve(c.geometry(), x, weight, optional(c.name(), c.bias()));
      }
      case Node.BatchNorm b -> {
        hooks.normalized(b, x);
        yield normalize(b, x);
      }
      case Node.Activation a -> hooks.activation(rectify(x, a.cap()));
      case Node.Add a -> in.get(0).add(in.get(1));
      case Node.Subsample s -> subsample(s, x);
      case Node.MaxPool m -> MemoryBound.maxPool(m.geometry(), x);
      case Node.GlobalAverage g -> torch.mean(x, 2, 3);
      case Node.Linear l -> {
        Tensor weight = hooks.weight(get(l.name() + ".weight"));
        yield torch.linear(x, weight, optional(l.name(), l.bias()));
      }
      case Node.Input i -> throw new IllegalStateException("second input " + i.name());
    };
  }

  private TensorOptional optional(String layer, boolean bias) {
    return bias ? new TensorOptional(get(layer + ".bias")) : new TensorOptional();
  }

  private Tensor normalize(Node.BatchNorm b, Tensor x) {
    return torch.batch_norm(
        x,
        new TensorOptional(get(b.name() + ".weight")),
        new TensorOptional(get(b.name() + ".bias")),
        new TensorOptional(get(b.name() + ".running_mean")),
        new TensorOptional(get(b.name() + ".running_var")),
        false,
        0.1,
        b.eps(),
        true);
  }

  /** ReLU, or hard tanh for ReLU6; in place, as networks have it: no gradient needs the input. */
  private static Tensor rectify(Tensor x, float cap) {
    if (Float.isInfinite(cap)) {
      return torch.relu_(x);
    }
    Scalar zero = new Scalar(0.0);
    Scalar top = new Scalar((double) cap);
    return torch.hardtanh_(x, zero, top);
  }

  private static Tensor subsample(Node.Subsample s, Tensor x) {
    int after = s.channels() - s.padBefore() - Math.toIntExact(x.size(1));
    return MemoryBound.subsample(x, s.stride(), s.padBefore(), after);
  }

  /** x[..., ::stride, ...] in one dimension. */
  static Tensor every(Tensor x, long dimension, long stride) {
    return x.slice(dimension, FROM_START, FROM_START, stride);
  }
}
