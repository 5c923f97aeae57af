package org.intraq.bench.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

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
 * tell rounding from a mistake.
 */
class StepAgreementTest {
  private static final double MARGIN = 3;

  /** Of a gradient in which no rectifier changed its mind. */
  private static final double ROUNDING = 5e-5;

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
    double theirs = Agreement.relativeDistance(precise, single);
    double ours = Agreement.relativeDistance(precise, engine);
    assertTrue(
        ours <= MARGIN * theirs + ROUNDING,
        () -> problem.shape() + ": PyTorch is off by " + theirs + ", the engine by " + ours);
  }

  private static float[] torch(StepCase problem, Layout layout) {
    try (TorchInstance instance = TorchPeer.make(problem, 2, layout)) {
      instance.begin();
      instance.run();
      return instance.result();
    }
  }
}
