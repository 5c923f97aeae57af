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
 * ResNet-18, 16 images, AMD Zen 3 (AVX2, noisy), ms by turns in one process, medians of both and of
 * their ratio:
 *
 * <table>
 * <caption>before, after</caption>
 * <tr><th></th><th>one thread</th><th>two</th></tr>
 * <tr><td>1x1/2 56@64 to 128</td><td>4.9, 4.4: 1.13</td><td>3.6, 2.9: 1.24</td></tr>
 * <tr><td>1x1/2 28@128 to 256</td><td>5.6, 4.3: 1.28</td><td>4.3, 3.1: 1.38</td></tr>
 * <tr><td>1x1/2 14@256 to 512</td><td>9.6, 3.7: 2.55</td><td>5.6, 2.2: 2.45</td></tr>
 * <tr><td>3x3/2 56@64 to 128: not taken</td><td>46.2, 47.1: 0.97</td><td>19.6, 23.1: 0.84</td></tr>
 * <tr><td>3x3/2 28@128 to 256</td><td>52.0, 49.0: 1.06</td><td>27.2, 26.6: 1.01</td></tr>
 * <tr><td>3x3/2 14@256 to 512</td><td>57.1, 29.8: 1.94</td><td>31.1, 18.0: 1.66</td></tr>
 * </table>
 *
 * <p>With 512-bit vectors it was not measured.
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
