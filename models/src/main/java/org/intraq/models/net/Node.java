package org.intraq.models.net;

import java.util.List;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * One operation of a network. Geometries hold a batch size of 1; execution puts the real one in.
 *
 * <p>A node's name is the prefix of its tensors in a pytorchcv checkpoint: {@code
 * features.init_block.conv} owns {@code features.init_block.conv.weight}. Nodes without tensors
 * have names of the same form.
 */
public sealed interface Node {
  /** Unique name within the network. */
  String name();

  /** The nodes whose outputs this one reads. */
  List<Node> inputs();

  /** The images, [N, H, W, C]. */
  record Input(String name, int h, int w, int c) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of();
    }
  }

  /**
   * Convolution with {@code name.weight} [OC, IC / groups, KH, KW] and, if {@code bias}, {@code
   * name.bias} [OC].
   */
  record Conv(String name, Node input, Conv2dShape geometry, boolean bias) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** BatchNorm with {@code name.weight, bias, running_mean, running_var} [C]. */
  record BatchNorm(String name, Node input, int channels, float eps) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** min(max(x, 0), cap): ReLU with an infinite cap, ReLU6 with 6. */
  record Activation(String name, Node input, float cap) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** The sum at the end of a residual block: {@code body} + {@code shortcut}. */
  record Add(String name, Node body, Node shortcut) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(body, shortcut);
    }
  }

  /**
   * The parameter-free shortcut: every stride-th sample, {@code padBefore} zero channels, the rest
   * behind.
   */
  record Subsample(String name, Node input, int stride, int channels, int padBefore)
      implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** Window maxima. */
  record MaxPool(String name, Node input, Pool2dShape geometry) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** Mean over H and W: the feature vector [N, C] that the classifier sees. */
  record GlobalAverage(String name, Node input) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /**
   * The classifier: {@code name.weight} [OUT, IN] and, if {@code bias}, {@code name.bias} [OUT].
   */
  record Linear(String name, Node input, int in, int out, boolean bias) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }
}
