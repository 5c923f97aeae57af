package org.intraq.models.net;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;

/**
 * Where quantization, calibration and observation reach into a forward pass; every method may be
 * left out.
 */
public interface Hooks {
  /** Leaves everything alone. */
  Hooks NONE = new Hooks() {};

  /**
   * The weight that {@code node} (a {@link Node.Conv} or {@link Node.Linear}) uses instead of
   * {@code weight}.
   */
  default Variable weight(Tape tape, Node node, Variable weight) {
    return weight;
  }

  /**
   * The input that {@code node} (a {@link Node.Conv} or {@link Node.Linear}) uses instead of {@code
   * x}.
   */
  default Variable input(Tape tape, Node node, Variable x) {
    return x;
  }

  /**
   * What the sums of {@code node} (a {@link Node.Conv} in front of a BatchNorm, or a {@link
   * Node.Linear}) have to be multiplied with, [OC]; null for one. In evaluation mode it joins the
   * scale of the BatchNorm: a hook that gives whole numbers as weights and input keeps the sums
   * exact that way (the convolution is then summed directly).
   */
  default Tensor scale(Tape tape, Node node) {
    return null;
  }

  /**
   * Whether the sums of {@code node}, whose weight {@link #weight} replaced, are to be formed term
   * by term, see {@link org.intraq.tensor.backend.ConvolutionWeights#direct}.
   */
  default boolean direct(Tape tape, Node.Conv node) {
    return true;
  }

  /** What the users of {@code node} see instead of its output. */
  default Variable activation(Tape tape, Node.Activation node, Variable y) {
    return y;
  }

  /**
   * The quantizer that {@link #activation} would apply and nothing else, for a backend that has it
   * in one pass with what comes before; null where {@link #activation} is to be called.
   */
  default Quantizer quantizer(Node.Activation node) {
    return null;
  }

  /** Whether the moments of this layer's input are wanted in {@link Forward.Result#moments()}. */
  default boolean wantsMoments(Node.BatchNorm node) {
    return false;
  }
}
