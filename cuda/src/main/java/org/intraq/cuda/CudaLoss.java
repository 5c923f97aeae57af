package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LossOps;

/** Row-wise losses and similarities on a GPU. */
final class CudaLoss implements LossOps {
  private final CudaContext context;

  CudaLoss(CudaContext context) {
    this.context = context;
  }

  @Override
  public void softmax(Tensor x, Tensor y) {
    throw context.unwritten("softmax");
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    throw context.unwritten("softmaxBackward");
  }

  @Override
  public void logSoftmax(Tensor x, Tensor y) {
    throw context.unwritten("logSoftmax");
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    throw context.unwritten("logSoftmaxBackward");
  }

  @Override
  public void crossEntropy(
      Tensor x, Tensor labels, float smoothing, Tensor losses, Tensor softmax) {
    throw context.unwritten("crossEntropy");
  }

  @Override
  public void crossEntropyBackward(
      Tensor softmax, Tensor labels, float smoothing, Tensor dLosses, Tensor dx) {
    throw context.unwritten("crossEntropyBackward");
  }

  @Override
  public void klDivergence(Tensor teacher, Tensor student, float temperature, Tensor y) {
    throw context.unwritten("klDivergence");
  }

  @Override
  public void klDivergenceBackward(
      Tensor teacher, Tensor student, float temperature, Tensor dy, Tensor dStudent) {
    throw context.unwritten("klDivergenceBackward");
  }

  @Override
  public void pick(Tensor x, Tensor labels, Tensor y) {
    throw context.unwritten("pick");
  }

  @Override
  public void pickBackward(Tensor labels, Tensor dy, Tensor dx) {
    throw context.unwritten("pickBackward");
  }

  @Override
  public void l2Normalize(Tensor x, float eps, Tensor y) {
    throw context.unwritten("l2Normalize");
  }

  @Override
  public void l2NormalizeBackward(Tensor x, float eps, Tensor dy, Tensor dx) {
    throw context.unwritten("l2NormalizeBackward");
  }

  @Override
  public void cosineSimilarity(Tensor a, Tensor b, float eps, Tensor y) {
    throw context.unwritten("cosineSimilarity");
  }

  @Override
  public void cosineSimilarityBackward(Tensor a, Tensor b, float eps, Tensor dy, Tensor da) {
    throw context.unwritten("cosineSimilarityBackward");
  }
}
