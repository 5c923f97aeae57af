package org.intraq.bench.torch;

import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.intraq.bench.step.StepData;
import org.intraq.models.net.Node;

/** Logits of a batch, in inference mode. */
@SuppressWarnings("try") // scopes and guards act by being open
final class TorchInference implements TorchInstance.Program {
  private final TorchNetwork network;
  private final Tensor images;

  TorchInference(StepData data, Layout layout) {
    network = new TorchNetwork(data, layout, false);
    Node.Input in = data.network().input();
    images = Tensors.activation(data.images(), layout, data.batch(), in.h(), in.w(), in.c());
  }

  @Override
  public Tensor[] run() {
    try (InferenceMode mode = new InferenceMode(true)) {
      return new Tensor[] {network.forward(images, TorchNetwork.Hooks.NONE).logits()};
    }
  }

  @Override
  public float[] toArray(Tensor[] results) {
    return Tensors.toArray(results[0]);
  }
}
