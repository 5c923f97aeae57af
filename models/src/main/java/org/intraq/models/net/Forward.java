package org.intraq.models.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.AddBias;
import org.intraq.autograd.ops.BatchMoments;
import org.intraq.autograd.ops.BatchNorm;
import org.intraq.autograd.ops.ChannelAffine;
import org.intraq.autograd.ops.Conv2d;
import org.intraq.autograd.ops.ConvNorm;
import org.intraq.autograd.ops.ConvNormQuantize;
import org.intraq.autograd.ops.GlobalAverage;
import org.intraq.autograd.ops.MatMul;
import org.intraq.autograd.ops.MaxPool;
import org.intraq.autograd.ops.NormReluEvaluate;
import org.intraq.autograd.ops.NormReluTrain;
import org.intraq.autograd.ops.Relu;
import org.intraq.autograd.ops.Row;
import org.intraq.autograd.ops.Subsample;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.FusedConvolutionOps;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Runs a network on a tape, node by node. */
public final class Forward {
  /** What BatchNorm normalises with. */
  public enum Mode {
    /** Running statistics. */
    EVALUATE,
    /**
     * The statistics of the batch; the running ones are updated with momentum 0.1 as PyTorch does.
     */
    TRAIN
  }

  /**
   * The outcome of a pass.
   *
   * @param logits [N, classes]
   * @param features the pooled input of the classifier [N, C]
   * @param moments of the BatchNorm inputs that the hooks asked for, each [2, C]: mean, biased
   *     variance
   */
  public record Result(Variable logits, Variable features, Map<String, Variable> moments) {}

  private final Tape tape;
  private final Parameters parameters;
  private final Mode mode;
  private final Hooks hooks;
  private final Observer observer;
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Variable> values = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final Map<String, Variable> moments = new LinkedHashMap<>();
  private Variable features;

  private Forward(Tape tape, Parameters parameters, Mode mode, Hooks hooks, Observer observer) {
    this.observer = observer;
    this.tape = tape;
    this.parameters = parameters;
    this.mode = mode;
    this.hooks = hooks;
  }

  /** Runs images [N, H, W, C] through the network. */
  public static Result run(
      Tape tape, Parameters parameters, Variable images, Mode mode, Hooks hooks) {
    return run(tape, parameters, images, mode, hooks, Observer.NONE);
  }

  /** As above, with what lies between shown to {@code observer}. */
  public static Result run(
      Tape tape,
      Parameters parameters,
      Variable images,
      Mode mode,
      Hooks hooks,
      Observer observer) {
    return new Forward(tape, parameters, mode, hooks, observer).run(images);
  }

  private Result run(Variable images) {
    Network network = parameters.network();
    checkInput(network, images);
    // Hooks, observers and gradients want what lies between the blocks of a chain.
    boolean evaluates = mode == Mode.EVALUATE;
    boolean chained =
        evaluates && hooks == Hooks.NONE && observer == Observer.NONE && !tape.isRecording();
    PassPlan plan = parameters.plan(evaluates, chained);
    readers.putAll(plan.readers());
    values.put(network.input().name(), images);
    tape.retain(images);
    for (Node node : network.nodes()) {
      if (plan.inside().contains(node.name())) {
        continue;
      }
      FusedBlock block = plan.blocks().get(node.name());
      BlockChain chain = plan.chains().get(node.name());
      if (chain != null) {
        values.put(node.name(), compute(chain));
        chain.inputs().forEach(this::forgetWhenRead);
      } else if (block != null) {
        show(node, compute(block));
        block.inputs().forEach(this::forgetWhenRead);
      } else if (!(node instanceof Node.Input)) {
        show(node, compute(node));
        node.inputs().forEach(this::forgetWhenRead);
      }
    }
    return new Result(values.get(network.output().name()), features, moments);
  }

  private void show(Node node, Variable y) {
    values.put(node.name(), y);
    if (observer.output(node, y)) {
      taken.add(node.name());
    }
  }

  private static void checkInput(Network network, Variable images) {
    Node.Input in = network.input();
    var shape = images.shape();
    if (shape.rank() != 4
        || shape.extent(1) != in.h()
        || shape.extent(2) != in.w()
        || shape.extent(3) != in.c()) {
      throw new IllegalArgumentException(
          network.name()
              + ": expected images [N, "
              + in.h()
              + ", "
              + in.w()
              + ", "
              + in.c()
              + "], got "
              + shape);
    }
  }

  /**
   * Values without a gradient are dead after their last reader; those with one belong to the tape.
   */
  private void forgetWhenRead(Node input) {
    if (readers.merge(input.name(), -1, Integer::sum) == 0) {
      Variable value = values.remove(input.name());
      if (value != features && !taken.contains(input.name())) {
        tape.discard(value);
      }
    }
  }

  private Variable compute(Node node) {
    return switch (node) {
      case Node.Input i -> throw new IllegalStateException("second input " + i.name());
      case Node.Conv c -> convolve(c);
      case Node.BatchNorm b -> normalize(b);
      case Node.Activation a ->
          hooks.activation(tape, a, Relu.apply(tape, values.get(a.input().name()), a.cap()));
      case Node.Add a ->
          Add.apply(tape, values.get(a.body().name()), values.get(a.shortcut().name()));
      case Node.Subsample s ->
          Subsample.apply(
              tape, values.get(s.input().name()), s.stride(), s.channels(), s.padBefore());
      case Node.MaxPool m -> MaxPool.apply(tape, batched(m), values.get(m.input().name()));
      case Node.GlobalAverage g -> {
        features = GlobalAverage.apply(tape, values.get(g.input().name()));
        yield tape.retain(features);
      }
      case Node.Linear l -> classify(l);
    };
  }

  private Pool2dShape batched(Node.MaxPool m) {
    Pool2dShape g = m.geometry();
    return new Pool2dShape(
        values.get(m.input().name()).value().extent(0),
        g.h(),
        g.w(),
        g.c(),
        g.kh(),
        g.kw(),
        g.strideH(),
        g.strideW(),
        g.padTop(),
        g.padLeft(),
        g.padBottom(),
        g.padRight());
  }

  private Variable convolve(Node.Conv c) {
    Variable weight = hooks.weight(tape, c, parameters.get(c.name() + ".weight"));
    Variable x = hooks.input(tape, c, values.get(c.input().name()));
    Variable y = Conv2d.apply(tape, c.geometry(), x, weight);
    return c.bias() ? AddBias.apply(tape, y, parameters.get(c.name() + ".bias")) : y;
  }

  private Variable classify(Node.Linear l) {
    Variable weight = hooks.weight(tape, l, parameters.get(l.name() + ".weight"));
    Variable y = MatMul.apply(tape, hooks.input(tape, l, values.get(l.input().name())), weight);
    Tensor unit = hooks.scale(tape, l);
    if (unit != null) {
      Tensor scaled = tape.empty(y.shape());
      tape.backend().normalization().channelScale(y.value(), unit, scaled);
      y = Variable.constant(scaled);
    }
    return l.bias() ? AddBias.apply(tape, y, parameters.get(l.name() + ".bias")) : y;
  }

  private Variable compute(FusedBlock block) {
    Norm n = norm(block.norm());
    Variable residual = block.residual() == null ? null : values.get(block.residual().name());
    if (mode == Mode.TRAIN) {
      return hooks.activation(tape, block.activation(), train(block, n, residual));
    }
    Node.BatchNorm b = block.norm();
    Variable folded = n.fold();
    Variable scale = n.scale(folded);
    Variable shift = Row.apply(tape, folded, 1);
    boolean wanted = hooks.wantsMoments(b);
    if (block.conv() == null) {
      Variable z = values.get(b.input().name());
      float cap = block.activation().cap();
      var result = NormReluEvaluate.apply(tape, z, scale, shift, residual, cap, wanted);
      keepMoments(b, result.moments());
      return hooks.activation(tape, block.activation(), result.y());
    }
    ConvNorm.Inputs inputs = convInputs(block.conv(), scale, shift, residual);
    Quantizer quantizer = wanted ? null : quantizer(block);
    if (quantizer != null) {
      return ConvNormQuantize.apply(
          tape, block.conv().geometry(), inputs, block.activation().cap(), quantizer);
    }
    var result = ConvNorm.apply(tape, block.conv().geometry(), inputs, rectifier(block), wanted);
    keepMoments(b, result.moments());
    return block.activation() == null
        ? result.y()
        : hooks.activation(tape, block.activation(), result.y());
  }

  /** The quantizer of the block's activation if it can be computed together with the block. */
  private Quantizer quantizer(FusedBlock block) {
    return block.activation() == null || tape.backend().quantizedConvolution().isEmpty()
        ? null
        : hooks.quantizer(block.activation());
  }

  private static ConvNorm.Rectifier rectifier(FusedBlock block) {
    return block.activation() == null
        ? ConvNorm.Rectifier.NONE
        : ConvNorm.Rectifier.of(block.activation().cap());
  }

  private Variable compute(BlockChain chain) {
    FusedBlock end = chain.last();
    Tensor x = values.get(chain.inputs().getFirst().name()).value();
    Tensor residual = end.residual() == null ? null : values.get(end.residual().name()).value();
    int batch = x.extent(0);
    List<FusedConvolutionOps.Link> links = new ArrayList<>();
    for (FusedBlock block : chain.blocks()) {
      Norm n = norm(block.norm());
      Variable folded = n.fold();
      Variable weight = parameters.get(block.conv().name() + ".weight");
      ConvNorm.Rectifier rectifier = rectifier(block);
      links.add(
          new FusedConvolutionOps.Link(
              block.conv().geometry().withBatch(batch),
              weight.requiresGrad()
                  ? ConvolutionWeights.of(weight.value())
                  : parameters.frozen(block.conv()),
              n.scale(folded).value(),
              Row.apply(tape, folded, 1).value(),
              rectifier.floor(),
              rectifier.cap()));
    }
    Conv2dShape last = links.getLast().shape();
    Tensor y = tape.empty(batch, last.outH(), last.outW(), last.oc());
    tape.backend().fusedConvolution().chain(tape.scope(), links, x, residual, y);
    return Variable.constant(y);
  }

  private ConvNorm.Inputs convInputs(
      Node.Conv c, Variable scale, Variable shift, Variable residual) {
    Variable own = parameters.get(c.name() + ".weight");
    Variable weight = hooks.weight(tape, c, own);
    Variable x = hooks.input(tape, c, values.get(c.input().name()));
    ConvolutionWeights laidOut = null;
    if (weight != own) {
      laidOut =
          hooks.direct(tape, c)
              ? ConvolutionWeights.ofQuantized(weight.value())
              : ConvolutionWeights.of(weight.value());
    } else if (!own.requiresGrad()) {
      laidOut = parameters.frozen(c);
    }
    return new ConvNorm.Inputs(x, weight, laidOut, scale, shift, residual);
  }

  private Norm norm(Node.BatchNorm b) {
    return new Norm(tape, parameters, hooks, b);
  }

  private void keepMoments(Node.BatchNorm b, Variable found) {
    if (found != null) {
      moments.put(b.name(), tape.retain(found));
    }
  }

  private Variable train(FusedBlock block, Norm n, Variable residual) {
    Node.BatchNorm b = block.norm();
    Variable z = values.get(b.input().name());
    Tensor mean = tape.empty(b.channels());
    Tensor variance = tape.empty(b.channels());
    float cap = block.activation().cap();
    Variable y =
        NormReluTrain.apply(tape, z, n.gamma(), n.beta(), b.eps(), residual, cap, mean, variance);
    n.update(mean, variance, z.value().size() / b.channels());
    return y;
  }

  private Variable normalize(Node.BatchNorm b) {
    Norm n = norm(b);
    Variable x = values.get(b.input().name());
    if (mode == Mode.TRAIN) {
      Tensor mean = tape.empty(b.channels());
      Tensor variance = tape.empty(b.channels());
      Variable y = BatchNorm.train(tape, x, n.gamma(), n.beta(), b.eps(), mean, variance);
      n.update(mean, variance, x.value().size() / b.channels());
      return y;
    }
    keepMoments(b, hooks.wantsMoments(b) ? BatchMoments.apply(tape, x) : null);
    Variable folded = n.fold();
    return ChannelAffine.apply(tape, x, n.scale(folded), Row.apply(tape, folded, 1));
  }

  /** Logits of host images, for callers without a tape; images [N, H, W, C]. */
  public static float[] logits(Parameters parameters, float[] images, int n) {
    Node.Input in = parameters.network().input();
    var backend = parameters.scope().backend();
    try (Scope scope = new Scope(backend, "images");
        Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(scope.of(images, n, in.h(), in.w(), in.c()));
      return backend
          .memory()
          .toArray(run(tape, parameters, x, Mode.EVALUATE, Hooks.NONE).logits().value());
    }
  }
}
