package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.QuantizeOps;

/** Fake quantization and codes on a GPU. */
final class CudaQuantize implements QuantizeOps {
  private final CudaContext context;

  CudaQuantize(CudaContext context) {
    this.context = context;
  }

  @Override
  public void fakeQuantize(Tensor x, Tensor range, int bits, Tensor y) {
    throw context.unwritten("fakeQuantize");
  }

  @Override
  public void fakeQuantizeBackward(
      Tensor x, Tensor range, int bits, boolean masked, Tensor dy, Tensor dx) {
    throw context.unwritten("fakeQuantizeBackward");
  }

  @Override
  public void fakeQuantizeChannels(Tensor w, Tensor ranges, int bits, Tensor y) {
    throw context.unwritten("fakeQuantizeChannels");
  }

  @Override
  public void fakeQuantizeChannelsBackward(
      Tensor w, Tensor ranges, int bits, boolean masked, Tensor dy, Tensor dw) {
    throw context.unwritten("fakeQuantizeChannelsBackward");
  }

  @Override
  public void codes(Tensor x, Tensor range, int bits, Tensor codes) {
    throw context.unwritten("codes");
  }

  @Override
  public void codesChannels(Tensor w, Tensor ranges, int bits, Tensor codes) {
    throw context.unwritten("codesChannels");
  }
}
