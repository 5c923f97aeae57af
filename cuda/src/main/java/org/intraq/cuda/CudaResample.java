package org.intraq.cuda;

import org.intraq.cuda.kernel.resample.CropResizeFlipCuda;
import org.intraq.cuda.kernel.resample.CropResizeFlipCuda.Images;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ResampleOps;

/** Crop, resize and flip on a GPU. */
final class CudaResample implements ResampleOps {
  private final Checks checks;
  private final HostInts host;
  private final CropResizeFlipCuda kernel;

  CudaResample(CudaContext context) {
    this.checks = context.checks();
    this.host = new HostInts(context.gpu(), checks);
    this.kernel = new CropResizeFlipCuda(context.gpu());
  }

  @Override
  public void cropResizeFlip(Tensor x, Tensor boxes, Tensor flip, Tensor y) {
    String op = "cropResizeFlip";
    long xs = checks.floats(op, "x", x);
    long ys = checks.floats(op, "y", y);
    Images images = check(op, "x", x, boxes, flip, "y", y);
    Checks.apart(op, "y", y, "x", x);
    kernel.forward(images, xs, checks.ints(op, "boxes", boxes), checks.ints(op, "flip", flip), ys);
  }

  @Override
  public void cropResizeFlipBackward(Tensor dy, Tensor boxes, Tensor flip, Tensor dx) {
    String op = "cropResizeFlipBackward";
    long dys = checks.floats(op, "dy", dy);
    long dxs = checks.floats(op, "dx", dx);
    Images images = check(op, "dx", dx, boxes, flip, "dy", dy);
    Checks.apart(op, "dx", dx, "dy", dy);
    kernel.backward(
        images, dys, checks.ints(op, "boxes", boxes), checks.ints(op, "flip", flip), dxs);
  }

  private Images check(
      String operation,
      String imageName,
      Tensor image,
      Tensor boxes,
      Tensor flip,
      String resultName,
      Tensor result) {
    Checks.rank(operation, imageName, image, 4);
    Checks.rank(operation, resultName, result, 4);
    int n = image.extent(0);
    int oh = result.extent(1);
    int ow = result.extent(2);
    Checks.shape(operation, resultName, result, n, oh, ow, image.extent(3));
    checks.ints(operation, "boxes", boxes);
    Checks.shape(operation, "boxes", boxes, n, 4);
    checks.ints(operation, "flip", flip);
    Checks.shape(operation, "flip", flip, n);
    int[] values = host.of(operation, "boxes", boxes);
    for (int i = 0; i < n; i++) {
      int at = 4 * i;
      checkBox(operation, i, image, values[at], values[at + 1], values[at + 2], values[at + 3]);
    }
    return new Images(n, image.extent(1), image.extent(2), image.extent(3), oh, ow);
  }

  private static void checkBox(
      String operation, int index, Tensor image, int top, int left, int height, int width) {
    boolean inside =
        top >= 0
            && left >= 0
            && height >= 1
            && width >= 1
            && (long) top + height <= image.extent(1)
            && (long) left + width <= image.extent(2);
    if (!inside) {
      throw Checks.failure(
          operation,
          "boxes (top, left, height, width) of at least 1x1 within "
              + image.extent(1)
              + "x"
              + image.extent(2),
          "(" + top + ", " + left + ", " + height + ", " + width + ") for image " + index);
    }
  }
}
