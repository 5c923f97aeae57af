package org.intraq.images;

import org.intraq.models.net.Node;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/** Images [N, H, W, C] and labels S32 [N] on the device. */
public record DeviceBatch(Tensor images, Tensor labels) {
  /** Uploads the images of those numbers. */
  public static DeviceBatch load(Scope scope, ImageSource source, Node.Input in, int... indices) {
    int length = in.h() * in.w() * in.c();
    if (source.imageLength() != length) {
      throw new IllegalArgumentException(
          "images: the network takes %d x %d x %d = %d numbers, the images have %d; use the images made for this network"
              .formatted(in.h(), in.w(), in.c(), length, source.imageLength()));
    }
    float[] values = new float[indices.length * length];
    int[] labels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      source.read(indices[i], values, i * length);
      labels[i] = source.label(indices[i]);
    }
    return new DeviceBatch(
        scope.of(values, indices.length, in.h(), in.w(), in.c()), scope.of(labels, indices.length));
  }

  /** Uploads images {@code from} to {@code to - 1}. */
  public static DeviceBatch range(
      Scope scope, ImageSource source, Node.Input in, int from, int to) {
    return load(scope, source, in, java.util.stream.IntStream.range(from, to).toArray());
  }
}
