package org.intraq.bench.kernel.batchnorm;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Activations;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;

/** BatchNorm, with its rectifier and its batch statistics, forward and back. */
public final class BatchNormCases {
  /** The guard of variances that the networks use. */
  public static final float EPS = 1e-5f;

  private static final float CAP = Float.POSITIVE_INFINITY;

  private BatchNormCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    cases.addAll(Activations.cases(BatchNormCases::moments));
    cases.addAll(Activations.cases(BatchNormCases::affineRelu));
    cases.addAll(Activations.cases(BatchNormCases::affineAddRelu));
    cases.addAll(Activations.cases(BatchNormCases::backward));
    cases.addAll(Activations.cases(BatchNormCases::train));
    cases.addAll(Activations.cases(BatchNormCases::trainBackward));
    return cases;
  }

  private static KernelCase moments(String name, int[] x) {
    int c = x[3];
    return of(
        name,
        x,
        "batchMoments",
        4,
        List.of(Operand.activation(1, x)),
        List.of(channels(c), channels(c)),
        samples(x),
        (b, in, out) -> b.normalization().batchMoments(in[0], out[0], out[1]));
  }

  /** Evaluation-mode BatchNorm folded to a scale and a shift, then ReLU. */
  private static KernelCase affineRelu(String name, int[] x) {
    return of(
        name,
        x,
        "affineRelu",
        3,
        List.of(Operand.activation(1, x), scale(x[3]), shift(x[3])),
        List.of(result(x)),
        2,
        (b, in, out) -> b.fused().affineRelu(in[0], in[1], in[2], CAP, out[0]));
  }

  private static KernelCase affineAddRelu(String name, int[] x) {
    return of(
        name,
        x,
        "affineAddRelu",
        4,
        List.of(Operand.activation(1, x), scale(x[3]), shift(x[3]), Operand.activation(4, x)),
        List.of(result(x)),
        3,
        (b, in, out) -> b.fused().affineAddRelu(in[0], in[1], in[2], in[3], CAP, out[0]));
  }

  /**
   * Back through ReLU, evaluation-mode BatchNorm and the statistics loss in one pass. The engine
   * does not read the last operand, the shift that y was made with; other libraries make y anew.
   */
  private static KernelCase backward(String name, int[] x) {
    int c = x[3];
    return of(
        name,
        x,
        "affineReluBackward",
        5,
        List.of(
            Operand.activation(1, x),
            new Operand(Kind.ACTIVATION, x, () -> rectified(x)),
            Operand.activation(3, x),
            scale(c),
            Operand.plain(5, c),
            Operand.plain(6, c),
            shift(c)),
        List.of(result(x)),
        4,
        (b, in, out) ->
            b.fused()
                .affineReluBackward(in[0], in[1], CAP, in[2], in[3], in[4], in[5], out[0], null));
  }

  /** max(z * scale + shift, 0) of the third operand. */
  private static float[] rectified(int[] x) {
    float[] y = (float[]) Operand.activation(3, x).values();
    float[] scale = (float[]) scale(x[3]).values();
    float[] shift = (float[]) shift(x[3]).values();
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.max(0f, y[i] * scale[i % x[3]] + shift[i % x[3]]);
    }
    return y;
  }

  private static KernelCase train(String name, int[] x) {
    int c = x[3];
    return of(
        name,
        x,
        "batchNormTrain",
        8,
        List.of(Operand.activation(1, x), scale(c), shift(c)),
        List.of(result(x), channels(c), channels(c)),
        samples(x),
        (b, in, out) -> b.normalization().train(in[0], in[1], in[2], EPS, out[0], out[1], out[2]));
  }

  private static KernelCase trainBackward(String name, int[] x) {
    int c = x[3];
    return of(
        name,
        x,
        "batchNormTrainBackward",
        10,
        List.of(
            Operand.activation(1, x),
            Operand.activation(2, x),
            scale(c),
            Operand.uniform(4, -0.2f, 0.2f, c),
            Operand.uniform(5, 0.3f, 0.5f, c)),
        List.of(result(x), channels(c), channels(c)),
        samples(x),
        BatchNormCases::runTrainBackward);
  }

  private static void runTrainBackward(Backend b, Tensor[] in, Tensor[] out) {
    b.normalization().trainBackward(in[0], in[2], in[3], in[4], EPS, in[1], out[0], out[1], out[2]);
  }

  private static KernelCase of(
      String name,
      int[] x,
      String operation,
      int flopsAnElement,
      List<Operand> operands,
      List<Operand> results,
      double terms,
      Body body) {
    double flops = (double) flopsAnElement * result(x).size();
    return KernelCase.of(
        Activations.GROUP,
        name + ":" + operation,
        operation,
        null,
        Work.memory(flops, operands, results),
        terms,
        operands,
        results,
        body);
  }

  private static double samples(int[] x) {
    return (double) x[0] * x[1] * x[2];
  }

  private static Operand scale(int c) {
    return Operand.uniform(2, 0.5f, 1.5f, c);
  }

  private static Operand shift(int c) {
    return Operand.uniform(3, -0.5f, 0.5f, c);
  }

  private static Operand channels(int c) {
    return Operand.result(Kind.PLAIN, c);
  }

  private static Operand result(int[] x) {
    return Operand.result(Kind.ACTIVATION, x);
  }
}
