package org.intraq.cuda;

import org.intraq.cuda.kernel.pool.PoolCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.kernel.pool.Subsample;

/** Pooling on a GPU. */
final class CudaPooling implements PoolingOps {
  private static final String MAX = "maxPool";
  private static final String MAX_BACKWARD = "maxPoolBackward";
  private static final String AVERAGE = "averagePool";
  private static final String AVERAGE_BACKWARD = "averagePoolBackward";
  private static final String GLOBAL = "globalAverage";
  private static final String GLOBAL_BACKWARD = "globalAverageBackward";
  private static final String SUBSAMPLE = "subsample";
  private static final String SUBSAMPLE_BACKWARD = "subsampleBackward";

  private final Checks checks;
  private final PoolCuda kernel;

  CudaPooling(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new PoolCuda(context.gpu());
  }

  @Override
  public void maxPool(Pool2dShape shape, Tensor x, Tensor y, Tensor argmax) {
    long xs = large(MAX, "x", shape, x);
    long ys = small(MAX, "y", shape, y);
    winners(MAX, shape, argmax);
    Checks.apart(MAX, "y", y, "x", x);
    kernel.max(shape, xs, ys, checks.intsWritten(MAX, "argmax", argmax));
  }

  @Override
  public void maxPoolBackward(Pool2dShape shape, Tensor dy, Tensor argmax, Tensor dx) {
    long dys = small(MAX_BACKWARD, "dy", shape, dy);
    long winners = winners(MAX_BACKWARD, shape, argmax);
    long dxs = large(MAX_BACKWARD, "dx", shape, dx);
    Checks.apart(MAX_BACKWARD, "dx", dx, "dy", dy);
    kernel.maxBackward(shape, dys, winners, dxs);
  }

  @Override
  public void averagePool(Pool2dShape shape, boolean countPadding, Tensor x, Tensor y) {
    long xs = large(AVERAGE, "x", shape, x);
    long ys = small(AVERAGE, "y", shape, y);
    Checks.apart(AVERAGE, "y", y, "x", x);
    kernel.average(shape, countPadding, xs, ys);
  }

  @Override
  public void averagePoolBackward(Pool2dShape shape, boolean countPadding, Tensor dy, Tensor dx) {
    long dys = small(AVERAGE_BACKWARD, "dy", shape, dy);
    long dxs = large(AVERAGE_BACKWARD, "dx", shape, dx);
    Checks.apart(AVERAGE_BACKWARD, "dx", dx, "dy", dy);
    kernel.averageBackward(shape, countPadding, dys, dxs);
  }

  @Override
  public void globalAverage(Tensor x, Tensor y) {
    long xs = checks.floats(GLOBAL, "x", x);
    long ys = checks.floats(GLOBAL, "y", y);
    planes(GLOBAL, "x", x, "y", y);
    Checks.apart(GLOBAL, "y", y, "x", x);
    kernel.global(x.extent(0), x.extent(1) * x.extent(2), x.extent(3), xs, ys);
  }

  @Override
  public void globalAverageBackward(Tensor dy, Tensor dx) {
    long dys = checks.floats(GLOBAL_BACKWARD, "dy", dy);
    long dxs = checks.floats(GLOBAL_BACKWARD, "dx", dx);
    planes(GLOBAL_BACKWARD, "dx", dx, "dy", dy);
    Checks.apart(GLOBAL_BACKWARD, "dx", dx, "dy", dy);
    kernel.globalBackward(dx.extent(0), dx.extent(1) * dx.extent(2), dx.extent(3), dys, dxs);
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
    long xs = checks.floats(SUBSAMPLE, "x", x);
    long ys = checks.floats(SUBSAMPLE, "y", y);
    PoolCuda.Shortcut shape = subsampled(SUBSAMPLE, "x", x, stride, padBefore, "y", y);
    Checks.apart(SUBSAMPLE, "y", y, "x", x);
    kernel.subsample(shape, xs, ys);
  }

  @Override
  public void subsampleBackward(Tensor dy, int stride, int padBefore, Tensor dx) {
    long dys = checks.floats(SUBSAMPLE_BACKWARD, "dy", dy);
    long dxs = checks.floats(SUBSAMPLE_BACKWARD, "dx", dx);
    PoolCuda.Shortcut shape = subsampled(SUBSAMPLE_BACKWARD, "dx", dx, stride, padBefore, "dy", dy);
    Checks.apart(SUBSAMPLE_BACKWARD, "dx", dx, "dy", dy);
    kernel.subsampleBackward(shape, dys, dxs);
  }

  /** The shape of a shortcut, checked. */
  static PoolCuda.Shortcut subsampled(
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
    int n = large.extent(0);
    int h = large.extent(1);
    int w = large.extent(2);
    int c = large.extent(3);
    int oh = Subsample.outExtent(h, stride);
    int ow = Subsample.outExtent(w, stride);
    int c2 = small.extent(3);
    Checks.shape(operation, smallName, small, n, oh, ow, c2);
    if ((long) before + c > c2) {
      throw Checks.failure(
          operation, "padBefore + " + c + " channels to fit into " + c2, "padBefore " + before);
    }
    return new PoolCuda.Shortcut(n, h, w, c, oh, ow, c2, stride, before);
  }

  private long large(String operation, String name, Pool2dShape shape, Tensor tensor) {
    long address = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.h(), shape.w(), shape.c());
    return address;
  }

  private long small(String operation, String name, Pool2dShape shape, Tensor tensor) {
    long address = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.outH(), shape.outW(), shape.c());
    return address;
  }

  private long winners(String operation, Pool2dShape shape, Tensor argmax) {
    long address = checks.ints(operation, "argmax", argmax);
    Checks.shape(operation, "argmax", argmax, shape.n(), shape.outH(), shape.outW(), shape.c());
    return address;
  }
}
