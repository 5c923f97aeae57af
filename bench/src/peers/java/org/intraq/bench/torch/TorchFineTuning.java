package org.intraq.bench.torch;

import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.step.FineTuningStep;
import org.intraq.bench.step.StepData;
import org.intraq.config.FineTuningConfig;
import org.intraq.models.net.Node;

/**
 * One step of fine-tuning at W4A4 as one writes it in PyTorch: the quantizer from tensor
 * operations, its gradient straight through.
 */
@SuppressWarnings("try") // scopes and guards act by being open
final class TorchFineTuning implements TorchInstance.Program {
  private static final int BITS = 4;

  private final TorchNetwork teacher;
  private final TorchNetwork student;
  private final FineTuningConfig config;
  private final Tensor images;
  private final Tensor grid;
  private final Tensor labels;
  private final Tensor low;
  private final Tensor high;
  private final SGD sgd;

  TorchFineTuning(StepData data, Layout layout) {
    teacher = new TorchNetwork(data, layout, false);
    student = new TorchNetwork(data, layout, true);
    config = FineTuningStep.config(data).fineTuning();
    Node.Input in = data.network().input();
    int n = data.batch();
    images = Tensors.activation(data.images(), layout, n, in.h(), in.w(), in.c());
    grid = SmallOperations.grid(data.boxes(), data.flips(), layout, n, in.h(), in.w());
    labels = Tensors.of(data.labels(), n);
    low = Tensors.of(new float[] {FineTuningStep.LOW}, layout, 1);
    high = Tensors.of(new float[] {FineTuningStep.HIGH}, layout, 1);
    SGDOptions options = new SGDOptions(FineTuningStep.RATE);
    options.momentum().put(config.momentum());
    options.weight_decay().put(config.weightDecay());
    options.nesterov().put(true);
    sgd = new SGD(new TensorVector(student.trainable().toArray(Tensor[]::new)), options);
  }

  /** Quantizers before every convolution and classifier, and after every rectifier. */
  private final class Quantizers implements TorchNetwork.Hooks {
    /** Each output channel by its smallest and largest weight. */
    @Override
    public Tensor weight(Tensor weight) {
      Tensor flat = weight.detach();
      long[] rest = flat.dim() == 4 ? new long[] {1, 2, 3} : new long[] {1};
      return straightThrough(weight, torch.amin(flat, rest, true), torch.amax(flat, rest, true));
    }

    @Override
    public Tensor activation(Tensor y) {
      return straightThrough(y, low, high);
    }
  }

  /** x + (quantized x - x), of which autograd sees the first term alone. */
  private static Tensor straightThrough(Tensor x, Tensor lo, Tensor hi) {
    Tensor difference;
    try (NoGradGuard guard = new NoGradGuard()) {
      difference = SmallOperations.quantize(x, lo, hi, BITS).sub_(x);
    }
    return x.add(difference);
  }

  @Override
  public Tensor[] run() {
    sgd.zero_grad();
    Tensor seen = SmallOperations.crop(images, grid);
    Tensor target;
    try (NoGradGuard guard = new NoGradGuard()) {
      target = teacher.forward(seen, TorchNetwork.Hooks.NONE).logits();
    }
    Tensor answer = student.forward(seen, new Quantizers()).logits();
    float temperature = (float) config.temperature();
    Tensor divergence = SmallOperations.divergence(target, answer, temperature).mean();
    double factor = config.distillation() * temperature * temperature;
    Tensor loss =
        torch
            .cross_entropy_loss(answer, labels)
            .mul(new Scalar(config.crossEntropy()))
            .add(divergence.mul(new Scalar(factor)));
    loss.backward();
    sgd.step();
    return new Tensor[] {loss, student.get("output.weight").grad()};
  }

  @Override
  public float[] toArray(Tensor[] results) {
    float loss = results[0].item_float();
    float[] gradient = Tensors.toArray(results[1].t());
    return KernelCase.join(List.of(new float[] {loss}, gradient));
  }
}
