package org.intraq.bench.kernel.elementwise;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Activations;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/** Element-wise arithmetic and rectifiers. */
public final class ElementwiseCases {
  private ElementwiseCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    cases.addAll(of("relu", 1, (b, in, out) -> b.elementwise().relu(in[0], 0.5f, out[0])));
    cases.addAll(
        of(
            "reluBackward",
            2,
            (b, in, out) ->
                b.elementwise().reluBackward(in[0], Float.POSITIVE_INFINITY, in[1], out[0])));
    cases.addAll(
        of("add", 2, (b, in, out) -> b.elementwise().linear(1f, in[0], 1f, in[1], out[0])));
    cases.addAll(of("multiply", 2, (b, in, out) -> b.elementwise().multiply(in[0], in[1], out[0])));
    cases.addAll(
        of(
            "addRelu",
            2,
            (b, in, out) ->
                b.elementwise().addRelu(in[0], in[1], Float.POSITIVE_INFINITY, out[0])));
    return cases;
  }

  private static List<KernelCase> of(String operation, int inputs, Body body) {
    return Activations.cases(
        (name, x) -> {
          List<Operand> operands = new ArrayList<>();
          for (int i = 0; i < inputs; i++) {
            operands.add(Operand.activation(1 + i, x));
          }
          List<Operand> results = List.of(Operand.result(Kind.ACTIVATION, x));
          return KernelCase.of(
              Activations.GROUP,
              name + ":" + operation,
              operation,
              null,
              Work.memory((double) inputs * results.getFirst().size(), operands, results),
              1,
              operands,
              results,
              body);
        });
  }
}
