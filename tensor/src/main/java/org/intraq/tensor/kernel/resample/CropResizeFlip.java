package org.intraq.tensor.kernel.resample;

import java.util.Objects;

/**
 * Cuts a box out of every image, resizes it bilinearly, mirrors it where asked; and the adjoint.
 *
 * <p>Images x [N, H, W, C] and y [N, OH, OW, C], dense, channels last. {@code boxes[4 n ..]} = top,
 * left, height, width of image n's box in pixels, at least 1x1 and within the image; {@code
 * flip[n]} is 0 for no mirroring. The caller checks the boxes. With box height bh and width bw:
 *
 * <pre>
 * u = max((p + 1/2) * bh / OH - 1/2, 0)            half-pixel centres, no antialias
 * v = max((q + 1/2) * bw / OW - 1/2, 0)
 * i0 = floor(u), i1 = min(i0 + 1, bh - 1), a = u - i0; j0, j1, b likewise
 * y[n, p, q', c] = (1 - a) * ((1 - b) * X[i0, j0] + b * X[i0, j1])
 *                +      a  * ((1 - b) * X[i1, j0] + b * X[i1, j1]),  X[i, j] = x[n, top + i, left + j, c]
 * q' = flip[n] ? OW - 1 - q : q
 * </pre>
 *
 * <p>The sample positions are exact rationals (see {@link BilinearTaps}); each weight is rounded
 * once. Outputs must not overlap inputs. An image is one task, so results are the same bits for any
 * number of threads. N = 0, C = 0 or an empty y is allowed; the adjoint then is zero.
 *
 * <p>Accuracy, eps = 2^-23: |error| &lt;= (K + 6) * eps * sum of the absolute terms, K = 0 forward
 * (four terms), K = the number of terms of a sample in the adjoint.
 *
 * <p>Source: torch.nn.functional.interpolate(mode="bilinear", align_corners=False, antialias=False)
 * of the box, then a horizontal flip.
 */
public interface CropResizeFlip {
  /** y = the transformed x. */
  void forward(
      int n,
      int h,
      int w,
      int c,
      int oh,
      int ow,
      float[] x,
      int xOffset,
      int[] boxes,
      int boxesOffset,
      int[] flip,
      int flipOffset,
      float[] y,
      int yOffset);

  /** dx = the exact adjoint of {@link #forward} applied to dy; zero outside the boxes. */
  void backward(
      int n,
      int h,
      int w,
      int c,
      int oh,
      int ow,
      float[] dy,
      int dyOffset,
      int[] boxes,
      int boxesOffset,
      int[] flip,
      int flipOffset,
      float[] dx,
      int dxOffset);

  /** Checks extents and array bounds, as every implementation does first. */
  static void check(
      int n,
      int h,
      int w,
      int c,
      int oh,
      int ow,
      float[] image,
      int imageOffset,
      int[] boxes,
      int boxesOffset,
      int[] flip,
      int flipOffset,
      float[] result,
      int resultOffset) {
    if (n < 0 || h < 0 || w < 0 || c < 0 || oh < 0 || ow < 0) {
      throw new IllegalArgumentException(
          "cropResizeFlip: expected extents >= 0, got ["
              + (n + ", " + h + ", " + w + ", " + c + "] to " + oh + "x" + ow));
    }
    Objects.checkFromIndexSize(imageOffset, product(n, h, w, c), image.length);
    Objects.checkFromIndexSize(resultOffset, product(n, oh, ow, c), result.length);
    Objects.checkFromIndexSize(boxesOffset, Math.multiplyExact(n, 4), boxes.length);
    Objects.checkFromIndexSize(flipOffset, n, flip.length);
  }

  private static int product(int n, int h, int w, int c) {
    return Math.multiplyExact(Math.multiplyExact(n, h), Math.multiplyExact(w, c));
  }
}
