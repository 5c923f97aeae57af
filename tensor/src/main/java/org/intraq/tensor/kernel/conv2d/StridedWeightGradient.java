package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * The adjoint in the weights of a strided convolution of many channels, tap by tap as that of a 1x1
 * convolution:
 *
 * <pre>
 * dw[r, s] [IC, OC] = x(r, s)^T dy,   x(r, s) [pixels of dy, IC]: what tap (r, s) reads
 * </pre>
 *
 * <p>The copy of x costs as much as reading it, and its sums then run over hundreds of pixels and
 * several images, where {@link WeightGradient} adds to all weights in memory after each image.
 */
final class StridedWeightGradient {
  private static final int SLOT_X = 10;

  /** Pixels that a task copies, about. */
  private static final int PIXELS = 256;

  /** Channels of x from which on windows of several taps are worth their copies. */
  private static final int CHANNELS = 128;

  private StridedWeightGradient() {}

  /** Whether a shape is one for this class. */
  static boolean suits(Conv2dShape s) {
    return s.groups() == 1
        && s.strideH() * s.strideW() > 1
        && s.outputSize() > 0
        && (s.kh() * s.kw() == 1 || s.ic() >= CHANNELS)
        && PointwiseWeightGradient.suits(tap(s));
  }

  /** The 1x1 convolution of one tap. */
  static Conv2dShape tap(Conv2dShape s) {
    return Conv2dShape.of(1, 1, s.n() * s.outH() * s.outW(), s.ic(), s.oc(), 1, 1, 0);
  }

  /** What tap {@code index} = r * KW + s reads; the calling thread's until it asks again. */
  static float[] read(Workers workers, Conv2dShape s, int index, float[] x, int xAt) {
    float[] read = Scratch.floats(SLOT_X, s.n() * s.outH() * s.outW() * s.ic());
    int rows = Math.max(1, PIXELS / s.outW());
    int all = s.n() * s.outH();
    workers.run(
        Math.ceilDiv(all, rows),
        task -> {
          int end = Math.min(all, (task + 1) * rows);
          for (int row = task * rows; row < end; row++) {
            row(s, index, row, x, xAt, read);
          }
        });
    return read;
  }

  /** One output row, counted over all images. */
  private static void row(Conv2dShape s, int index, int row, float[] x, int xAt, float[] read) {
    int c = s.ic();
    int h = row % s.outH() * s.strideH() - s.padTop() + index / s.kw() * s.dilationH();
    int left = index % s.kw() * s.dilationW() - s.padLeft();
    int line = xAt + (row / s.outH() * s.h() + h) * s.w() * c;
    for (int q = 0; q < s.outW(); q++) {
      int to = (row * s.outW() + q) * c;
      int w = left + q * s.strideW();
      if (h >= 0 && h < s.h() && w >= 0 && w < s.w()) {
        System.arraycopy(x, line + w * c, read, to, c);
      } else {
        Arrays.fill(read, to, to + c, 0);
      }
    }
  }
}
