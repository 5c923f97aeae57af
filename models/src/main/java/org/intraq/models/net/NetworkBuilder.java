package org.intraq.models.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * Builds a {@link Network} node by node and keeps track of the extents, so that model files need
 * not.
 */
public final class NetworkBuilder {
  /** Height, width and channels of a node's output. */
  public record Extent(int h, int w, int c) {}

  /** Where a strided convolution puts its padding. */
  public enum Padding {
    /** The same on all sides: kernel / 2. */
    SYMMETRIC,
    /**
     * As TensorFlow's SAME: what is needed for OH = ceil(H / stride), the odd one at the bottom and
     * right.
     */
    SAME
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Extent> extents = new HashMap<>();
  private final Padding padding;
  private final float eps;

  /** Starts a network; {@code eps} is that of all its BatchNorm layers. */
  public NetworkBuilder(Padding padding, float eps) {
    this.padding = padding;
    this.eps = eps;
  }

  private <T extends Node> T add(T node, int h, int w, int c) {
    nodes.add(node);
    extents.put(node.name(), new Extent(h, w, c));
    return node;
  }

  /** The extent of a node's output. */
  public Extent extent(Node node) {
    return extents.get(node.name());
  }

  /** The images. */
  public Node input(int h, int w, int c) {
    return add(new Node.Input("input", h, w, c), h, w, c);
  }

  /** A convolution without bias; padding by the network's convention. */
  public Node conv(String name, Node x, int channels, int kernel, int stride, int groups) {
    Extent e = extents.get(x.name());
    int before = kernel / 2;
    int afterH = before;
    int afterW = before;
    int beforeW = before;
    if (padding == Padding.SAME) {
      int needH = Math.max(0, (ceil(e.h, stride) - 1) * stride + kernel - e.h);
      int needW = Math.max(0, (ceil(e.w, stride) - 1) * stride + kernel - e.w);
      before = needH / 2;
      afterH = needH - before;
      beforeW = needW / 2;
      afterW = needW - beforeW;
    }
    Conv2dShape shape =
        new Conv2dShape(
            1, e.h, e.w, e.c, channels, kernel, kernel, stride, stride, before, beforeW, afterH,
            afterW, 1, 1, groups);
    return add(new Node.Conv(name, x, shape, false), shape.outH(), shape.outW(), channels);
  }

  private static int ceil(int a, int b) {
    return (a + b - 1) / b;
  }

  /** BatchNorm. */
  public Node batchNorm(String name, Node x) {
    Extent e = extents.get(x.name());
    return add(new Node.BatchNorm(name, x, e.c, eps), e.h, e.w, e.c);
  }

  /** ReLU, or with a finite cap ReLU6 and its like. */
  public Node activation(String name, Node x, float cap) {
    Extent e = extents.get(x.name());
    return add(new Node.Activation(name, x, cap), e.h, e.w, e.c);
  }

  /** The sum of a residual block. */
  public Node add(String name, Node body, Node shortcut) {
    Extent e = extents.get(body.name());
    if (!e.equals(extents.get(shortcut.name()))) {
      throw new IllegalArgumentException(
          "add "
              + name
              + ": expected equal extents, got "
              + e
              + " and "
              + extents.get(shortcut.name()));
    }
    return add(new Node.Add(name, body, shortcut), e.h, e.w, e.c);
  }

  /** The parameter-free shortcut with half of the new channels before and half behind. */
  public Node subsample(String name, Node x, int stride, int channels) {
    Extent e = extents.get(x.name());
    return add(
        new Node.Subsample(name, x, stride, channels, (channels - e.c) / 2),
        ceil(e.h, stride),
        ceil(e.w, stride),
        channels);
  }

  /** Max pooling with symmetric padding. */
  public Node maxPool(String name, Node x, int kernel, int stride, int pad) {
    Extent e = extents.get(x.name());
    Pool2dShape shape = Pool2dShape.of(1, e.h, e.w, e.c, kernel, stride, pad);
    return add(new Node.MaxPool(name, x, shape), shape.outH(), shape.outW(), e.c);
  }

  /** The mean over H and W. */
  public Node globalAverage(String name, Node x) {
    return add(new Node.GlobalAverage(name, x), 1, 1, extents.get(x.name()).c);
  }

  /** The classifier. */
  public Node linear(String name, Node x, int out, boolean bias) {
    return add(new Node.Linear(name, x, extents.get(x.name()).c, out, bias), 1, 1, out);
  }

  /** The finished network. */
  public Network build(String name, int classes) {
    return new Network(name, nodes, classes);
  }
}
