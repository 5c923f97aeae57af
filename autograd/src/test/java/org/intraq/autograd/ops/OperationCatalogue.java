package org.intraq.autograd.ops;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.GradientCheck;
import org.intraq.autograd.GradientCheck.Input;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * One row for each differentiable operation: sample inputs, the operation, its value by plain
 * loops. Every row is tested forwards against the loops, by a gradient check, and on every other
 * backend against the CPU. The rows stand in {@code ...Samples} by group.
 */
public final class OperationCatalogue {
  /** The value of an operation by its definition, on host arrays. */
  @FunctionalInterface
  public interface Definition {
    /** The expected output. */
    double[] apply(List<float[]> inputs);
  }

  /**
   * A row.
   *
   * @param step of the gradient check
   * @param tolerance of the gradient check
   */
  public record Sample(
      String name,
      List<Input> inputs,
      GradientCheck.Function operation,
      Definition definition,
      float step,
      double tolerance) {
    @Override
    public String toString() {
      return name;
    }
  }

  private OperationCatalogue() {}

  /** All rows; the same ones at every call. */
  public static List<Sample> rows() {
    SampleList rows = new SampleList();
    ElementwiseSamples.addTo(rows);
    ProductSamples.addTo(rows);
    NormalizationSamples.addTo(rows);
    ImageSamples.addTo(rows);
    LossSamples.addTo(rows);
    ConvBlockSamples.addTo(rows);
    return rows.rows();
  }

  /** The tensors of a row's inputs, for backends that run it directly. */
  public static List<Variable> constants(Tape tape, Sample row) {
    List<Variable> variables = new ArrayList<>();
    for (Input input : row.inputs()) {
      Tensor value = tape.scope().of(input.values(), input.shape().toArray());
      variables.add(Variable.constant(value));
    }
    return variables;
  }
}
