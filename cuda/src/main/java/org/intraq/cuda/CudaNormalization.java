package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.NormalizationOps;

/** Batch statistics and BatchNorm on a GPU. */
final class CudaNormalization implements NormalizationOps {
  private final CudaContext context;

  CudaNormalization(CudaContext context) {
    this.context = context;
  }

  @Override
  public void batchMoments(Tensor x, Tensor mean, Tensor variance) {
    throw context.unwritten("batchMoments");
  }

  @Override
  public void batchMomentsBackward(
      Tensor x, Tensor mean, Tensor dMean, Tensor dVariance, Tensor dx) {
    throw context.unwritten("batchMomentsBackward");
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, Tensor y) {
    throw context.unwritten("channelAffine");
  }

  @Override
  public void channelScale(Tensor dy, Tensor scale, Tensor dx) {
    throw context.unwritten("channelScale");
  }

  @Override
  public void channelAffineParameterGradients(Tensor x, Tensor dy, Tensor dScale, Tensor dShift) {
    throw context.unwritten("channelAffineParameterGradients");
  }

  @Override
  public void fold(
      Tensor gamma,
      Tensor beta,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor scale,
      Tensor shift) {
    throw context.unwritten("fold");
  }

  @Override
  public void foldBackward(
      Tensor dScale,
      Tensor dShift,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dGamma,
      Tensor dBeta) {
    throw context.unwritten("foldBackward");
  }

  @Override
  public void train(
      Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor mean, Tensor variance) {
    throw context.unwritten("train");
  }

  @Override
  public void trainBackward(
      Tensor x,
      Tensor gamma,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dy,
      Tensor dx,
      Tensor dGamma,
      Tensor dBeta) {
    throw context.unwritten("trainBackward");
  }
}
