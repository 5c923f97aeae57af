package org.intraq.bench.kernel.softmax;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/** Softmax and the losses of the method, forward and back, on the logits of its networks. */
public final class LossCases {
  /** The temperature of distillation. */
  public static final float TEMPERATURE = 20f;

  /** The guard of norms. */
  public static final float EPS = 1e-8f;

  private static final String GROUP = "losses";

  /** Operations on an element, the exponential counted as twenty. */
  private static final double FLOPS = 25;

  private LossCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    add(cases, "resnet20.output", 256, 10);
    add(cases, "resnet18.output", 16, 1000);
    add(cases, "odd", 37, 101);
    cases.replaceAll(
        c ->
            c.shape().equals("resnet18.output:softmax")
                    || c.shape().equals("resnet20.output:crossEntropy")
                ? c.forQuickRuns()
                : c);
    return cases;
  }

  /** Rows as a softmax gives them. */
  private static float[] probabilities(int rows, int classes) {
    float[] p = Data.uniform(1, rows * classes, -4f, 4f);
    for (int from = 0; from < p.length; from += classes) {
      double sum = 0;
      for (int i = from; i < from + classes; i++) {
        p[i] = (float) Math.exp(p[i]);
        sum += p[i];
      }
      for (int i = from; i < from + classes; i++) {
        p[i] = (float) (p[i] / sum);
      }
    }
    return p;
  }

  private static void add(List<KernelCase> cases, String name, int rows, int classes) {
    Operand x = Operand.uniform(1, -4f, 4f, rows, classes);
    Operand y = Operand.uniform(2, -4f, 4f, rows, classes);
    Operand labels = Operand.below(3, classes, rows);
    Operand row = Operand.plain(4, rows);
    cases.add(of(name, "softmax", x, List.of(x), x, (b, in, o) -> b.loss().softmax(in[0], o[0])));
    cases.add(
        of(
            name,
            "softmaxBackward",
            x,
            List.of(Operand.floats(() -> probabilities(rows, classes), rows, classes), y),
            x,
            (b, in, o) -> b.loss().softmaxBackward(in[0], in[1], o[0])));
    cases.add(
        of(name, "logSoftmax", x, List.of(x), x, (b, in, o) -> b.loss().logSoftmax(in[0], o[0])));
    cases.add(crossEntropy(name, x, labels, row));
    cases.add(
        of(
            name,
            "klDivergence",
            x,
            List.of(x, y),
            row,
            (b, in, o) -> b.loss().klDivergence(in[0], in[1], TEMPERATURE, o[0])));
    cases.add(
        of(
            name,
            "klDivergenceBackward",
            x,
            List.of(x, y, row),
            x,
            (b, in, o) -> b.loss().klDivergenceBackward(in[0], in[1], TEMPERATURE, in[2], o[0])));
    cases.add(
        of(
            name,
            "cosineSimilarity",
            x,
            List.of(x, y),
            row,
            (b, in, o) -> b.loss().cosineSimilarity(in[0], in[1], EPS, o[0])));
  }

  private static KernelCase crossEntropy(String name, Operand x, Operand labels, Operand row) {
    List<Operand> operands = List.of(x, labels);
    List<Operand> results = List.of(row.asResult(), x.asResult());
    return KernelCase.of(
        GROUP,
        name + ":crossEntropy",
        "crossEntropy",
        null,
        Work.memory(FLOPS * x.size(), operands, results),
        TERM_FACTOR * x.extents()[1],
        operands,
        results,
        (b, in, o) -> b.loss().crossEntropy(in[0], in[1], 0f, o[0], o[1]));
  }

  /** A logarithm of a softmax near 1 cancels: errors are relative to the terms, not to the sum. */
  private static final double TERM_FACTOR = 64;

  private static KernelCase of(
      String name, String operation, Operand x, List<Operand> operands, Operand result, Body body) {
    List<Operand> results = List.of(Operand.result(Kind.PLAIN, result.extents()));
    return KernelCase.of(
        GROUP,
        name + ":" + operation,
        operation,
        null,
        Work.memory(FLOPS * x.size(), operands, results),
        TERM_FACTOR * x.extents()[1],
        operands,
        results,
        body);
  }
}
