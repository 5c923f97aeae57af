package org.intraq.bench.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.intraq.bench.harness.Agreement;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.step.StepCase;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole steps by PyTorch in double precision, by PyTorch in single precision and by this engine:
 * the engine may be no further from the first than the second is.
 *
 * <p>A gradient jumps where a rectifier's input crosses zero, and among millions of inputs some lie
 * within rounding of it; then two right answers differ visibly, and only a more precise one can
 * tell rounding from a mistake. In synthesis an image's gradient is nearly its own, so that the
 * other images show that it is no mistake. Winograd's rounding, two to three times that of a direct
 * sum, switches one in one image of sixteen of ResNet-20; without it ({@code
 * -Dintraq.winograd=false}) no image of 32 is off by more than 1e-5.
 */
class StepAgreementTest {
  private static final double MARGIN = 3;

  /** Of a gradient in which no rectifier changed its mind. */
  private static final double ROUNDING = 5e-5;

  /**
   * One image in so many may have a rectifier that another rounding switches, where one has not.
   */
  private static final int FLIPPED = 4;

  /** What such an image may add to the distance of a batch. */
  private static final double FLIP = 5e-3;

  @ParameterizedTest
  @CsvSource({
    "SYNTHESIS, resnet20_cifar10, 0, 8",
    "SYNTHESIS, resnet18, 64, 4",
    "SYNTHESIS, mobilenet_w3d4, 64, 4",
    "SYNTHESIS, mobilenetv2_w1, 96, 4",
    "FINE_TUNING, resnet20_cifar10, 0, 8",
  })
  void engineIsAsNearToDoublePrecisionAsPyTorchIs(
      StepCase.Kind kind, String network, int side, int batch) {
    StepCase problem = new StepCase(kind, network, side, batch, false);
    float[] precise = torch(problem, Layout.DOUBLE);
    float[] single = torch(problem, Layout.CONTIGUOUS);
    float[] engine;
    try (CpuBackend backend = new CpuBackend(2);
        Instance instance = problem.make(backend)) {
      instance.run();
      engine = instance.result();
    }
    List<Integer> apart =
        kind == StepCase.Kind.SYNTHESIS ? apart(precise, single, engine, batch) : List.of();
    assertTrue(
        apart.size() <= batch / FLIPPED,
        () -> problem.shape() + ": further off than PyTorch on the images " + apart);
    double theirs = Agreement.relativeDistance(precise, single);
    double ours = Agreement.relativeDistance(precise, engine);
    double flips = apart.isEmpty() ? 0 : FLIP;
    assertTrue(
        ours <= MARGIN * theirs + ROUNDING + flips,
        () -> problem.shape() + ": PyTorch is off by " + theirs + ", the engine by " + ours);
  }

  /** The images whose gradient is further from double precision than PyTorch's by the margin. */
  private static List<Integer> apart(float[] precise, float[] single, float[] engine, int images) {
    int size = precise.length / images;
    return IntStream.range(0, images)
        .filter(
            i -> {
              float[] expected = Arrays.copyOfRange(precise, i * size, (i + 1) * size);
              float[] theirs = Arrays.copyOfRange(single, i * size, (i + 1) * size);
              float[] ours = Arrays.copyOfRange(engine, i * size, (i + 1) * size);
              return Agreement.relativeDistance(expected, ours)
                  > MARGIN * Agreement.relativeDistance(expected, theirs) + ROUNDING;
            })
        .boxed()
        .toList();
  }

  private static float[] torch(StepCase problem, Layout layout) {
    try (TorchInstance instance = TorchPeer.make(problem, 2, layout)) {
      instance.begin();
      instance.run();
      return instance.result();
    }
  }
}
