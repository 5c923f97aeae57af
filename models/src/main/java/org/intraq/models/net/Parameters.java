package org.intraq.models.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.FoldBatchNorm;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.Scope;

/**
 * The tensors of a network on a device, in the engine's layout: convolutions [KH, KW, IC / groups,
 * OC], the classifier [IN, OUT].
 */
public final class Parameters implements AutoCloseable {
  private final Network network;
  private final Scope scope;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, ConvolutionWeights> frozen = new HashMap<>();
  private final Map<String, Tensor> folded = new HashMap<>();
  private final PassPlan[] plans = new PassPlan[4];

  /**
   * Uploads {@code weights}.
   *
   * @param trainable whether everything but the running statistics gets gradients
   * @throws IllegalArgumentException naming the tensor that is missing or has another shape
   */
  public Parameters(Backend backend, Network network, Weights weights, boolean trainable) {
    this.network = network;
    this.scope = new Scope(backend, "parameters of " + network.name());
    network
        .tensors()
        .forEach(
            (name, shape) -> {
              Weights.Entry entry = weights.get(name);
              if (!java.util.Arrays.equals(entry.shape(), shape)) {
                throw new IllegalArgumentException(
                    "parameters: expected "
                        + name
                        + " "
                        + java.util.Arrays.toString(shape)
                        + ", got "
                        + java.util.Arrays.toString(entry.shape()));
              }
              Tensor value = scope.of(toEngine(shape, entry.values()), engineShape(shape));
              boolean gradient = trainable && !name.contains(".running_");
              variables.put(
                  name,
                  gradient ? Variable.parameter(name, value, scope) : Variable.constant(value));
            });
  }

  /** The network these belong to. */
  public Network network() {
    return network;
  }

  /** The scope that owns them. */
  public Scope scope() {
    return scope;
  }

  /** A tensor by its checkpoint name, such as {@code output.weight}. */
  public Variable get(String name) {
    Variable variable = variables.get(name);
    if (variable == null) {
      throw new IllegalArgumentException(
          "parameters: " + network.name() + " has no tensor '" + name + "'");
    }
    return variable;
  }

  /**
   * The weights of a convolution that get no gradient, laid out once for all passes. What calls
   * this relies on their staying as they were uploaded.
   */
  public ConvolutionWeights frozen(Node.Conv conv) {
    return frozen.computeIfAbsent(
        conv.name(),
        name -> {
          Tensor w = get(name + ".weight").value();
          return scope.backend().fusedConvolution().freeze(conv.geometry(), w);
        });
  }

  /**
   * Scale and shift of a BatchNorm in evaluation mode, [2, C], where neither gets a gradient:
   * computed once and, as {@link #frozen}, from what was uploaded, until {@link
   * #statisticsChanged}.
   */
  public Tensor folded(Node.BatchNorm norm) {
    return folded.computeIfAbsent(
        norm.name(),
        name -> {
          try (Tape tape = Tape.inference(scope.backend())) {
            Variable found =
                FoldBatchNorm.apply(
                    tape,
                    get(name + ".weight"),
                    get(name + ".bias"),
                    get(name + ".running_mean").value(),
                    get(name + ".running_var").value(),
                    norm.eps());
            return tape.scope().moveTo(scope, found.value());
          }
        });
  }

  /**
   * To be called by what has written to the running statistics of a BatchNorm. What was folded
   * before keeps its memory, as passes that were recorded may still read it.
   */
  public void statisticsChanged(Node.BatchNorm norm) {
    folded.remove(norm.name());
  }

  /** What runs together in passes over the network; arguments as in {@link PassPlan#of}. */
  PassPlan plan(boolean convolutions, boolean chained) {
    int index = (convolutions ? 2 : 0) + (chained ? 1 : 0);
    if (plans[index] == null) {
      plans[index] = PassPlan.of(network, convolutions, chained);
    }
    return plans[index];
  }

  /** Those that get gradients, in checkpoint order. */
  public List<Variable> trainable() {
    List<Variable> found = new ArrayList<>();
    variables.values().stream().filter(Variable::requiresGrad).forEach(found::add);
    return found;
  }

  /** Downloads everything, in PyTorch's layout. */
  public Weights download() {
    Weights weights = new Weights();
    var memory = scope.backend().memory();
    network
        .tensors()
        .forEach(
            (name, shape) ->
                weights.put(
                    name, shape, fromEngine(shape, memory.toArray(variables.get(name).value()))));
    return weights;
  }

  /** The engine's extents of a tensor with PyTorch's extents {@code shape}. */
  public static int[] engineShape(int[] shape) {
    return switch (shape.length) {
      case 4 -> new int[] {shape[2], shape[3], shape[1], shape[0]};
      case 2 -> new int[] {shape[1], shape[0]};
      default -> shape.clone();
    };
  }

  /** [OC, IC, KH, KW] to [KH, KW, IC, OC] and [OUT, IN] to [IN, OUT]; other ranks stay. */
  public static float[] toEngine(int[] shape, float[] values) {
    return transposeOuter(shape, values, true);
  }

  /** The inverse of {@link #toEngine}; {@code shape} is PyTorch's. */
  public static float[] fromEngine(int[] shape, float[] values) {
    return transposeOuter(shape, values, false);
  }

  private static float[] transposeOuter(int[] shape, float[] values, boolean toEngine) {
    if (shape.length < 2) {
      return values.clone();
    }
    int oc = shape[0];
    int ic = shape[1];
    int window = values.length == 0 ? 0 : values.length / (oc * ic);
    float[] result = new float[values.length];
    for (int o = 0; o < oc; o++) {
      for (int c = 0; c < ic; c++) {
        for (int k = 0; k < window; k++) {
          int torch = (o * ic + c) * window + k;
          int engine = (k * ic + c) * oc + o;
          if (toEngine) {
            result[engine] = values[torch];
          } else {
            result[torch] = values[engine];
          }
        }
      }
    }
    return result;
  }

  @Override
  public void close() {
    scope.close();
  }
}
