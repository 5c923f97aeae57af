package org.intraq.bench.step;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CropResizeFlip;
import org.intraq.autograd.optim.Sgd;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.KernelCase;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.finetune.DistillationLoss;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.ActivationRanges;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.FakeQuantizer;
import org.intraq.quantize.WeightRanges;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * One step of fine-tuning at W4A4 by the released program's recipe: crop, the teacher's logits, the
 * quantized student forward and back, SGD with Nesterov momentum on all parameters.
 */
public final class FineTuningStep implements Instance {
  /** So small that the weights, and with them the work, stay the same over a measurement. */
  public static final float RATE = 1e-7f;

  /** The range of every activation; what is clamped does not change the work. */
  public static final float LOW = 0f;

  /** The range's upper end. */
  public static final float HIGH = 4f;

  private final Backend backend;
  private final Scope scope;
  private final Parameters teacher;
  private final Parameters student;
  private final ActivationRanges activationRanges;
  private final WeightRanges weightRanges;
  private final FakeQuantizer quantizer;
  private final DistillationLoss distillation;
  private final Sgd sgd;
  private final Variable images;
  private final Tensor labels;
  private final Tensor boxes;
  private final Tensor flips;
  private float loss;

  FineTuningStep(Backend backend, StepData data) {
    this.backend = backend;
    scope = new Scope(backend, "fine-tuning step");
    var network = data.network();
    teacher = new Parameters(backend, network, data.weights(), false);
    student = new Parameters(backend, network, data.weights(), true);
    int n = data.batch();
    Node.Input in = network.input();
    IntraQConfig config = config(data);
    BitPlan plan = BitPlan.uniform(network, new Bits(4, 4));
    activationRanges = new ActivationRanges(backend);
    for (Node.Activation activation : network.all(Node.Activation.class)) {
      activationRanges.put(activation.name(), new ActivationRanges.Range(LOW, HIGH));
    }
    var q = config.quantizer();
    weightRanges = new WeightRanges(student, plan, q.weightGranularity(), q.weightRange());
    quantizer = new FakeQuantizer(plan, weightRanges, activationRanges, q.gradient());
    distillation = new DistillationLoss(config.fineTuning());
    var f = config.fineTuning();
    sgd =
        new Sgd(backend, student.trainable(), (float) f.momentum(), (float) f.weightDecay(), true);
    images = Variable.constant(scope.of(data.images(), n, in.h(), in.w(), in.c()));
    labels = scope.of(data.labels(), n);
    boxes = scope.of(data.boxes(), n, 4);
    flips = scope.of(data.flips(), n);
  }

  /** The constants of the loss and of the update. */
  public static IntraQConfig config(StepData data) {
    int side = data.network().input().h();
    return Presets.of("released", Presets.Profile.of(side, data.network().classes()));
  }

  @Override
  public void run() {
    sgd.zeroGrad();
    try (Tape tape = new Tape(backend)) {
      int side = images.value().extent(1);
      Variable seen = CropResizeFlip.apply(tape, images, boxes, flips, side, side);
      Forward.Result[] target = new Forward.Result[1];
      tape.noGrad(
          () -> target[0] = Forward.run(tape, teacher, seen, Forward.Mode.EVALUATE, Hooks.NONE));
      Forward.Result answer = Forward.run(tape, student, seen, Forward.Mode.EVALUATE, quantizer);
      Variable total =
          distillation.apply(
              tape, target[0].logits().value(), target[0].features().value(), labels, answer);
      tape.backward(total);
      sgd.step(RATE);
      loss = backend.memory().item(total.value());
    }
  }

  /** The loss, then the gradient of the classifier's weights. */
  @Override
  public float[] result() {
    List<float[]> parts = new ArrayList<>();
    parts.add(new float[] {loss});
    parts.add(backend.memory().toArray(student.get("output.weight").grad()));
    return KernelCase.join(parts);
  }

  @Override
  public void close() {
    sgd.close();
    weightRanges.close();
    activationRanges.close();
    student.close();
    teacher.close();
    scope.close();
  }
}
