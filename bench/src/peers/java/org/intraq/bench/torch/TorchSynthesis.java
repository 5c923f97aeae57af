package org.intraq.bench.torch;

import java.util.List;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.step.StepData;
import org.intraq.bench.step.SynthesisStep;
import org.intraq.config.SynthesisConfig;
import org.intraq.models.net.Node;

/**
 * One iteration of synthesis as one writes it in PyTorch: crop, forward in evaluation mode with the
 * moments of every BatchNorm's input, the three losses, backward to the images, Adam.
 */
final class TorchSynthesis implements TorchInstance.Program {
  private final Layout layout;
  private final TorchNetwork teacher;
  private final SynthesisConfig.Marginal margins;
  private final Tensor images;
  private final Tensor grid;
  private final Tensor labels;
  private final Tensor targets;
  private final Tensor centres;
  private final Adam adam;

  TorchSynthesis(StepData data, Layout layout) {
    this.layout = layout;
    teacher = new TorchNetwork(data, layout, false);
    margins = SynthesisStep.config(data).marginal();
    Node.Input in = data.network().input();
    int n = data.batch();
    images =
        Tensors.activation(data.images(), layout, n, in.h(), in.w(), in.c())
            .set_requires_grad(true);
    grid = SmallOperations.grid(data.boxes(), data.flips(), layout, n, in.h(), in.w());
    labels = Tensors.of(data.labels(), n, 1);
    targets = Tensors.of(data.targets(), layout, n);
    centres = Tensors.of(data.centres(), layout, n, data.featureWidth());
    adam = new Adam(new TensorVector(images), new AdamOptions(SynthesisStep.RATE));
  }

  /** The mean squared errors of the moments of a BatchNorm's input, added up over the layers. */
  private final class Statistics implements TorchNetwork.Hooks {
    private Tensor mean;
    private Tensor variance;
    private int layers;

    @Override
    public void normalized(Node.BatchNorm node, Tensor x) {
      Tensor[] moments = layout.moments(x);
      Tensor m = torch.mse_loss(moments[0], teacher.get(node.name() + ".running_mean"));
      Tensor v = torch.mse_loss(moments[1], teacher.get(node.name() + ".running_var"));
      mean = layers == 0 ? m : mean.add(m);
      variance = layers == 0 ? v : variance.add(v);
      layers++;
    }

    Tensor average(Tensor sum) {
      return sum.mul(new Scalar(1.0 / layers));
    }
  }

  @Override
  public Tensor[] run() {
    adam.zero_grad();
    Statistics statistics = new Statistics();
    TorchNetwork.Result result = teacher.forward(SmallOperations.crop(images, grid), statistics);
    Tensor mean = statistics.average(statistics.mean);
    Tensor variance = statistics.average(statistics.variance);
    Tensor probability = torch.softmax(result.logits(), 1).gather(1, labels).squeeze(1);
    Tensor inception = torch.mse_loss(probability, targets);
    Tensor cosine = torch.cosine_similarity(result.features(), centres, 1, 1e-8);
    Tensor lower = cosine.add(new Scalar(margins.lower() - 1)).clamp_min(new Scalar(0.0)).mean();
    Tensor upper =
        cosine
            .mul(new Scalar(-1.0))
            .add(new Scalar(1 - margins.upper()))
            .clamp_min(new Scalar(0.0))
            .mean();
    Tensor total = mean.add(variance).add(inception).add(lower).add(upper);
    total.backward();
    adam.step();
    return new Tensor[] {mean, variance, inception, lower, upper, images.grad()};
  }

  @Override
  public float[] toArray(Tensor[] results) {
    float[] losses = new float[results.length - 1];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = results[i].item_float();
    }
    float[] gradient = Tensors.toArray(results[losses.length], Operand.Kind.ACTIVATION);
    return KernelCase.join(List.of(losses, gradient));
  }
}
