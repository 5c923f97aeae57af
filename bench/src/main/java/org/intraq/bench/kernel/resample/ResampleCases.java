package org.intraq.bench.kernel.resample;

import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;

/** Crop, resize and flip of a batch of images, and its adjoint. */
public final class ResampleCases {
  /** Multiply-adds of a bilinear sample: two along the width, one along the height. */
  private static final double FLOPS = 6;

  private ResampleCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    add(cases, "resnet20.images", 256, 32, 32, true);
    add(cases, "resnet18.images", 16, 224, 224, false);
    add(cases, "odd", 5, 37, 41, false);
    return cases;
  }

  private static void add(List<KernelCase> cases, String name, int n, int h, int w, boolean quick) {
    KernelCase forward =
        of(
                name,
                "cropResizeFlip",
                n,
                h,
                w,
                (b, in, o) -> b.resample().cropResizeFlip(in[0], in[1], in[2], o[0]))
            .withSmall(
                of(
                    name,
                    "cropResizeFlip",
                    2,
                    h,
                    w,
                    (b, in, o) -> b.resample().cropResizeFlip(in[0], in[1], in[2], o[0])));
    Body back = (b, in, o) -> b.resample().cropResizeFlipBackward(in[0], in[1], in[2], o[0]);
    KernelCase backward =
        of(name, "cropResizeFlipBackward", n, h, w, back)
            .withSmall(of(name, "cropResizeFlipBackward", 2, h, w, back));
    cases.add(quick ? forward.forQuickRuns() : forward);
    cases.add(quick ? backward.forQuickRuns() : backward);
  }

  private static KernelCase of(String name, String operation, int n, int h, int w, Body body) {
    List<Operand> operands =
        List.of(
            Operand.activation(1, n, h, w, 3),
            Operand.indices(() -> Data.boxes(2, n, h, w), n, 4),
            Operand.below(3, 2, n));
    List<Operand> results = List.of(Operand.result(Kind.ACTIVATION, n, h, w, 3));
    return KernelCase.of(
        "crop-resize",
        name + ":" + operation,
        operation,
        null,
        Work.memory(FLOPS * results.getFirst().size(), operands, results),
        coordinateError(Math.max(h, w)),
        operands,
        results,
        body);
  }

  /**
   * A sample's coordinate is rounded relative to the image's side, and neighbours differ by as much
   * as the largest pixel; as terms of a sum that gives the same error.
   */
  private static double coordinateError(int side) {
    return (double) side * side;
  }
}
