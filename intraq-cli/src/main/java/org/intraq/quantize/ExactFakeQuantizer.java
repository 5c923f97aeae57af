package org.intraq.quantize;

import java.util.HashMap;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.FakeQuantize;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * The fake-quantized network of a file, with sums that carry no rounding error.
 *
 * <p>A weight is (q - zq) / mq and an activation (u - zu) / mu, so a sum of products is
 *
 * <pre>
 * sum of x w = 1 / (mu mq) * sum of (u - zu) (q - zq)
 * </pre>
 *
 * <p>{@link FakeQuantizer} adds up the left side in f32; every term is rounded, and which way
 * depends on the order of summation. Where such a sum lies at the border of two codes of the next
 * layer, the rounding decides, and at few bits one code is a large step. So the layers here see the
 * whole numbers u - zu and q - zq: their products and partial sums are whole, hence exact in f32
 * below 2^24 whatever the order, and 1 / (mu mq) joins the scale of the BatchNorm behind. That is
 * what an integer engine computes, and then the codes of the two are equal, not merely close.
 *
 * <p>A sum beyond 2^24 (8 by 8 bits over some thousand products) is rounded relative to its size; a
 * code of 8 bits may then differ by one.
 */
public final class ExactFakeQuantizer implements Hooks, AutoCloseable {
  private static final float ROUNDER = 0x1.8p23f;

  private final IntegerScheme scheme;
  private final FakeQuantizer plain;
  private final Scope scope;
  private final ActivationRanges ranges;
  private final Map<String, Variable> weights = new HashMap<>();
  private final Map<String, Tensor> scales = new HashMap<>();
  private final Map<String, Tensor> added = new HashMap<>();

  /** Hooks for the parameters of {@code content} on {@code backend}. */
  public ExactFakeQuantizer(Backend backend, QuantizedFile.Content content, boolean allInteger) {
    this.scheme = IntegerScheme.of(content, allInteger);
    this.scope = new Scope(backend, "whole weights of " + content.network().name());
    this.ranges = new ActivationRanges(backend);
    this.plain = content.quantizer(ranges);
    for (Node node : BitPlan.layers(content.network())) {
      IntegerScheme.Layer layer = scheme.layer(node);
      if (layer.isWhole()) {
        int[] shape = content.network().tensors().get(node.name() + ".weight");
        float[] whole = layer.weights().wholeNumbers();
        Tensor tensor = scope.of(whole, Parameters.engineShape(shape));
        weights.put(node.name(), Variable.constant(tensor));
        scales.put(node.name(), scope.of(layer.scales(), layer.weights().channels()));
      }
      if (layer.added() != null) {
        added.put(node.name(), scope.of(new float[] {layer.added().lo(), layer.added().hi()}, 2));
      }
    }
  }

  @Override
  public Variable weight(Tape tape, Node node, Variable weight) {
    return weights.getOrDefault(node.name(), weight);
  }

  @Override
  public Tensor scale(Tape tape, Node node) {
    return scales.get(node.name());
  }

  @Override
  public Variable input(Tape tape, Node node, Variable x) {
    IntegerScheme.Layer layer = scheme.layer(node);
    if (layer.input() == null) {
      return x;
    }
    Variable values = x;
    if (layer.added() != null) {
      Tensor range = added.get(node.name());
      values = FakeQuantize.apply(tape, x, range, layer.input().bits(), false);
    }
    // value = (u - zu) / m up to rounding; adding 1.5 * 2^23 rounds m * value to u - zu.
    Variable large = ScaleShift.apply(tape, layer.input().m(), values, ROUNDER);
    if (values != x) {
      tape.discard(values);
    }
    Variable whole = ScaleShift.apply(tape, 1, large, -ROUNDER);
    tape.discard(large);
    return whole;
  }

  @Override
  public Variable activation(Tape tape, Node.Activation node, Variable y) {
    return plain.activation(tape, node, y);
  }

  @Override
  public void close() {
    ranges.close();
    scope.close();
  }
}
