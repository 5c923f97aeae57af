package org.intraq.bench.kernel.quantize;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Activations;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/** Fake quantization of activations (one range) and of weights (one for each output channel). */
public final class QuantizeCases {
  /** Bits of a code. */
  public static final int BITS = 4;

  private static final String GROUP = "quantize";

  private QuantizeCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    cases.addAll(Activations.cases(QuantizeCases::activations));
    cases.add(
        weights("resnet20.stage3.unit1.conv2", 3, 64, 64)
            .withSmall(weights("resnet20.stage3.unit1.conv2", 3, 7, 17)));
    cases.add(
        weights("resnet18.stage4.unit2.conv2", 3, 512, 512)
            .withSmall(weights("resnet18.stage4.unit2.conv2", 3, 7, 17)));
    return cases;
  }

  private static KernelCase activations(String name, int[] x) {
    return of(
        name + ":fakeQuantize",
        "fakeQuantize",
        List.of(Operand.activation(1, x), Operand.floats(() -> ranges(1), 2)),
        Operand.result(Kind.ACTIVATION, x),
        (b, in, out) -> b.quantize().fakeQuantize(in[0], in[1], BITS, out[0]));
  }

  private static KernelCase weights(String name, int k, int in, int out) {
    return of(
        name + ":fakeQuantizeChannels",
        "fakeQuantizeChannels",
        List.of(
            Operand.random(Kind.CONV_WEIGHT, 1, k, k, in, out),
            Operand.floats(() -> ranges(out), 2, out)),
        Operand.result(Kind.CONV_WEIGHT, k, k, in, out),
        (b, x, y) -> b.quantize().fakeQuantizeChannels(x[0], x[1], BITS, y[0]));
  }

  /** Lower ends, then upper ends, so that some of the values are clamped. */
  private static float[] ranges(int channels) {
    float[] ranges = Data.uniform(2, 2 * channels, 0.5f, 0.9f);
    for (int c = 0; c < channels; c++) {
      ranges[c] = -ranges[c];
    }
    return ranges;
  }

  private static KernelCase of(
      String shape, String operation, List<Operand> operands, Operand result, Body body) {
    return KernelCase.of(
        GROUP,
        shape,
        operation,
        null,
        Work.memory(6.0 * result.size(), operands, List.of(result)),
        1,
        operands,
        List.of(result),
        body);
  }
}
