package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.kernel.pool.AveragePool2d;
import org.intraq.tensor.kernel.pool.MaxPool2d;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.kernel.pool.Subsample;
import org.intraq.tensor.parallel.Workers;

/** Pooling on the CPU. */
final class CpuPooling implements PoolingOps {
  private static final String MAX = "maxPool";
  private static final String MAX_BACKWARD = "maxPoolBackward";
  private static final String AVERAGE = "averagePool";
  private static final String AVERAGE_BACKWARD = "averagePoolBackward";
  private static final String GLOBAL = "globalAverage";
  private static final String GLOBAL_BACKWARD = "globalAverageBackward";
  private static final String SUBSAMPLE = "subsample";
  private static final String SUBSAMPLE_BACKWARD = "subsampleBackward";

  private final Workers workers;
  private final MaxPool2d max;
  private final AveragePool2d average;

  CpuPooling(Workers workers) {
    this.workers = workers;
    this.max = Kernels.maxPool2d(workers);
    this.average = Kernels.averagePool2d(workers);
  }

  @Override
  public void maxPool(Pool2dShape shape, Tensor x, Tensor y, Tensor argmax) {
    float[] xs = large(MAX, "x", shape, x);
    float[] ys = small(MAX, "y", shape, y);
    int[] winners = winners(MAX, shape, argmax);
    Checks.apart(MAX, "y", y, "x", x);
    max.forward(shape, xs, x.offset(), ys, y.offset(), winners, argmax.offset());
  }

  @Override
  public void maxPoolBackward(Pool2dShape shape, Tensor dy, Tensor argmax, Tensor dx) {
    float[] dys = small(MAX_BACKWARD, "dy", shape, dy);
    int[] winners = winners(MAX_BACKWARD, shape, argmax);
    float[] dxs = large(MAX_BACKWARD, "dx", shape, dx);
    Checks.apart(MAX_BACKWARD, "dx", dx, "dy", dy);
    max.backward(shape, dys, dy.offset(), winners, argmax.offset(), dxs, dx.offset());
  }

  @Override
  public void averagePool(Pool2dShape shape, boolean countPadding, Tensor x, Tensor y) {
    float[] xs = large(AVERAGE, "x", shape, x);
    float[] ys = small(AVERAGE, "y", shape, y);
    Checks.apart(AVERAGE, "y", y, "x", x);
    average.forward(shape, countPadding, xs, x.offset(), ys, y.offset());
  }

  @Override
  public void averagePoolBackward(Pool2dShape shape, boolean countPadding, Tensor dy, Tensor dx) {
    float[] dys = small(AVERAGE_BACKWARD, "dy", shape, dy);
    float[] dxs = large(AVERAGE_BACKWARD, "dx", shape, dx);
    Checks.apart(AVERAGE_BACKWARD, "dx", dx, "dy", dy);
    average.backward(shape, countPadding, dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void globalAverage(Tensor x, Tensor y) {
    float[] xs = Checks.floats(GLOBAL, "x", x);
    float[] ys = Checks.floats(GLOBAL, "y", y);
    planes(GLOBAL, "x", x, "y", y);
    Checks.apart(GLOBAL, "y", y, "x", x);
    average.global(
        x.extent(0), x.extent(1) * x.extent(2), x.extent(3), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void globalAverageBackward(Tensor dy, Tensor dx) {
    float[] dys = Checks.floats(GLOBAL_BACKWARD, "dy", dy);
    float[] dxs = Checks.floats(GLOBAL_BACKWARD, "dx", dx);
    planes(GLOBAL_BACKWARD, "dx", dx, "dy", dy);
    Checks.apart(GLOBAL_BACKWARD, "dx", dx, "dy", dy);
    average.globalBackward(
        dx.extent(0),
        dx.extent(1) * dx.extent(2),
        dx.extent(3),
        dys,
        dy.offset(),
        dxs,
        dx.offset());
  }

  /** Throws unless {@code large} is [N, H, W, C] with H W > 0 and {@code small} is [N, C]. */
  private static void planes(
      String operation, String largeName, Tensor large, String smallName, Tensor small) {
    Checks.rank(operation, largeName, large, 4);
    Checks.shape(operation, smallName, small, large.extent(0), large.extent(3));
    Checks.require(
        large.extent(1) > 0 && large.extent(2) > 0 || small.size() == 0,
        operation,
        largeName + " with planes that are not empty",
        large.shape());
  }

  @Override
  public void subsample(Tensor x, int stride, int padBefore, Tensor y) {
    float[] xs = Checks.floats(SUBSAMPLE, "x", x);
    float[] ys = Checks.floats(SUBSAMPLE, "y", y);
    subsampled(SUBSAMPLE, "x", x, stride, padBefore, "y", y);
    Checks.apart(SUBSAMPLE, "y", y, "x", x);
    int h = x.extent(1);
    int w = x.extent(2);
    int c = x.extent(3);
    int c2 = y.extent(3);
    workers.run(
        x.extent(0),
        n -> Subsample.forward(n, h, w, c, stride, padBefore, c2, xs, x.offset(), ys, y.offset()));
  }

  @Override
  public void subsampleBackward(Tensor dy, int stride, int padBefore, Tensor dx) {
    float[] dys = Checks.floats(SUBSAMPLE_BACKWARD, "dy", dy);
    float[] dxs = Checks.floats(SUBSAMPLE_BACKWARD, "dx", dx);
    subsampled(SUBSAMPLE_BACKWARD, "dx", dx, stride, padBefore, "dy", dy);
    Checks.apart(SUBSAMPLE_BACKWARD, "dx", dx, "dy", dy);
    int h = dx.extent(1);
    int w = dx.extent(2);
    int c = dx.extent(3);
    int c2 = dy.extent(3);
    workers.run(
        dx.extent(0),
        n ->
            Subsample.backward(
                n, h, w, c, stride, padBefore, c2, dys, dy.offset(), dxs, dx.offset()));
  }

  private static void subsampled(
      String operation,
      String largeName,
      Tensor large,
      int stride,
      int before,
      String smallName,
      Tensor small) {
    Checks.rank(operation, largeName, large, 4);
    Checks.rank(operation, smallName, small, 4);
    if (stride < 1 || before < 0) {
      throw Checks.failure(operation, "stride >= 1 and padBefore >= 0", stride + " and " + before);
    }
    int c = large.extent(3);
    int c2 = small.extent(3);
    Checks.shape(
        operation,
        smallName,
        small,
        large.extent(0),
        Subsample.outExtent(large.extent(1), stride),
        Subsample.outExtent(large.extent(2), stride),
        c2);
    if ((long) before + c > c2) {
      throw Checks.failure(
          operation, "padBefore + " + c + " channels to fit into " + c2, "padBefore " + before);
    }
  }

  private static float[] large(String operation, String name, Pool2dShape shape, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.h(), shape.w(), shape.c());
    return values;
  }

  private static float[] small(String operation, String name, Pool2dShape shape, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.outH(), shape.outW(), shape.c());
    return values;
  }

  private static int[] winners(String operation, Pool2dShape shape, Tensor argmax) {
    int[] values = Checks.ints(operation, "argmax", argmax);
    Checks.shape(operation, "argmax", argmax, shape.n(), shape.outH(), shape.outW(), shape.c());
    return values;
  }
}
