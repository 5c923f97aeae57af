package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Pooling and shortcuts on a GPU. */
final class CudaPooling implements PoolingOps {
  private final CudaContext context;

  CudaPooling(CudaContext context) {
    this.context = context;
  }

  @Override
  public void maxPool(Pool2dShape shape, Tensor x, Tensor y, Tensor argmax) {
    throw context.unwritten("maxPool");
  }

  @Override
  public void maxPoolBackward(Pool2dShape shape, Tensor dy, Tensor argmax, Tensor dx) {
    throw context.unwritten("maxPoolBackward");
  }

  @Override
  public void averagePool(Pool2dShape shape, boolean countPadding, Tensor x, Tensor y) {
    throw context.unwritten("averagePool");
  }

  @Override
  public void averagePoolBackward(Pool2dShape shape, boolean countPadding, Tensor dy, Tensor dx) {
    throw context.unwritten("averagePoolBackward");
  }

  @Override
  public void globalAverage(Tensor x, Tensor y) {
    throw context.unwritten("globalAverage");
  }

  @Override
  public void globalAverageBackward(Tensor dy, Tensor dx) {
    throw context.unwritten("globalAverageBackward");
  }

  @Override
  public void subsample(Tensor x, int stride, int padBefore, Tensor y) {
    throw context.unwritten("subsample");
  }

  @Override
  public void subsampleBackward(Tensor dy, int stride, int padBefore, Tensor dx) {
    throw context.unwritten("subsampleBackward");
  }
}
