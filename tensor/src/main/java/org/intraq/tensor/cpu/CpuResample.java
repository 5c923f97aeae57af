package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ResampleOps;
import org.intraq.tensor.kernel.resample.CropResizeFlip;
import org.intraq.tensor.parallel.Workers;

/** Crop, resize and flip on the CPU. */
final class CpuResample implements ResampleOps {
  private final CropResizeFlip kernel;

  CpuResample(Workers workers) {
    this.kernel = Kernels.cropResizeFlip(workers);
  }

  @Override
  public void cropResizeFlip(Tensor x, Tensor boxes, Tensor flip, Tensor y) {
    String op = "cropResizeFlip";
    float[] xs = Checks.floats(op, "x", x);
    float[] ys = Checks.floats(op, "y", y);
    check(op, "x", x, boxes, flip, "y", y);
    Checks.apart(op, "y", y, "x", x);
    kernel.forward(
        x.extent(0),
        x.extent(1),
        x.extent(2),
        x.extent(3),
        y.extent(1),
        y.extent(2),
        xs,
        x.offset(),
        boxes.ints(),
        boxes.offset(),
        flip.ints(),
        flip.offset(),
        ys,
        y.offset());
  }

  @Override
  public void cropResizeFlipBackward(Tensor dy, Tensor boxes, Tensor flip, Tensor dx) {
    String op = "cropResizeFlipBackward";
    float[] dys = Checks.floats(op, "dy", dy);
    float[] dxs = Checks.floats(op, "dx", dx);
    check(op, "dx", dx, boxes, flip, "dy", dy);
    Checks.apart(op, "dx", dx, "dy", dy);
    kernel.backward(
        dx.extent(0),
        dx.extent(1),
        dx.extent(2),
        dx.extent(3),
        dy.extent(1),
        dy.extent(2),
        dys,
        dy.offset(),
        boxes.ints(),
        boxes.offset(),
        flip.ints(),
        flip.offset(),
        dxs,
        dx.offset());
  }

  private static void check(
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
    Checks.shape(
        operation, resultName, result, n, result.extent(1), result.extent(2), image.extent(3));
    int[] values = Checks.ints(operation, "boxes", boxes);
    Checks.shape(operation, "boxes", boxes, n, 4);
    Checks.ints(operation, "flip", flip);
    Checks.shape(operation, "flip", flip, n);
    for (int i = 0; i < n; i++) {
      int at = boxes.offset() + 4 * i;
      checkBox(operation, i, image, values[at], values[at + 1], values[at + 2], values[at + 3]);
    }
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
