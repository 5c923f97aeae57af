package org.intraq.models.zoo;

import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Node;

/** The pieces that all families are made of. */
final class Blocks {
  /** ReLU has no upper bound. */
  static final float RELU = Float.POSITIVE_INFINITY;

  /** ReLU6 (Krizhevsky 2010), which the MobileNets use. */
  static final float RELU6 = 6f;

  private Blocks() {}

  /** Convolution and BatchNorm: {@code name.conv}, {@code name.bn}. */
  static Node convBn(
      NetworkBuilder b, String name, Node x, int channels, int kernel, int stride, int groups) {
    return b.batchNorm(name + ".bn", b.conv(name + ".conv", x, channels, kernel, stride, groups));
  }

  /** Convolution, BatchNorm, activation: {@code name.conv}, {@code name.bn}, {@code name.activ}. */
  static Node convBnAct(
      NetworkBuilder b,
      String name,
      Node x,
      int channels,
      int kernel,
      int stride,
      int groups,
      float cap) {
    return b.activation(name + ".activ", convBn(b, name, x, channels, kernel, stride, groups), cap);
  }

  /** A depthwise 3x3 convolution with BatchNorm and activation. */
  static Node depthwise(NetworkBuilder b, String name, Node x, int stride, float cap) {
    int channels = b.extent(x).c();
    return convBnAct(b, name, x, channels, 3, stride, channels, cap);
  }

  /** Global average pooling and the classifier: {@code features.final_pool}, {@code output}. */
  static Node classifier(NetworkBuilder b, Node x, int classes, boolean bias) {
    return b.linear("output", b.globalAverage("features.final_pool", x), classes, bias);
  }
}
