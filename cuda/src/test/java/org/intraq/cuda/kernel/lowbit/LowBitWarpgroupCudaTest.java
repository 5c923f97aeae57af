package org.intraq.cuda.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored results by warpgroups equal the CPU's, on the host as a Hopper device and on a GPU. */
class LowBitWarpgroupCudaTest {
  private static List<CudaBackend> backends = List.of();

  @BeforeAll
  static void open() {
    backends = CudaTesting.hopper();
  }

  @AfterAll
  static void close() {
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.gpu().pool().liveBytes(), "leaked bytes");
      backend.close();
    }
  }

  /** Several taps a step and several steps a tap, depths that end within one, all tiles. */
  static Stream<Arguments> cases() {
    return Stream.of(
            Conv2dShape.of(2, 9, 11, 16, 33, 3, 1, 1),
            Conv2dShape.of(1, 10, 7, 64, 72, 3, 2, 1),
            Conv2dShape.of(3, 5, 6, 144, 40, 1, 1, 0),
            new Conv2dShape(1, 9, 8, 48, 130, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 1),
            new Conv2dShape(1, 5, 5, 256, 34, 2, 2, 3, 3, 0, 0, 0, 0, 1, 1, 1))
        .flatMap(
            shape ->
                Stream.of(
                        new CodeBits(2, 3),
                        new CodeBits(4, 4),
                        new CodeBits(7, 7),
                        new CodeBits(8, 8))
                    .map(bits -> Arguments.of(shape, bits)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGeometryAndStageIsExact(Conv2dShape shape, CodeBits bits) {
    LowBitCudaCase operands = new LowBitCudaCase(shape, bits, 2, bits.weight() == 8 ? 0 : 10);
    for (CudaBackend backend : backends) {
      assertTrue(LowBitWarpgroupCuda.takes(backend.gpu(), shape));
      LowBitCuda kernel = new LowBitCuda(backend.gpu(), 1);
      operands.check(backend, kernel, true, 1, 5);
      operands.check(backend, kernel, false, 0, 6);
      operands.check(backend, kernel, false, 3, 7);
      operands.check(backend, kernel, true, 0, 8);
    }
  }

  /** So many pixels that tiles of 128 and of 256 channels fill the largest device. */
  @ParameterizedTest
  @MethodSource("wide")
  void wideTilesAreExact(Conv2dShape shape) {
    LowBitCudaCase operands = new LowBitCudaCase(shape, new CodeBits(4, 4), 2);
    for (CudaBackend backend : backends) {
      operands.check(backend, true, 0, 5);
    }
  }

  static Stream<Conv2dShape> wide() {
    return Stream.of(
        Conv2dShape.of(2, 92, 92, 16, 76, 1, 1, 0), Conv2dShape.of(2, 92, 91, 16, 256, 1, 1, 0));
  }

  @Test
  void takesWhatFillsChunksAndTiles() {
    for (CudaBackend backend : backends) {
      assertFalse(
          LowBitWarpgroupCuda.takes(backend.gpu(), Conv2dShape.of(1, 9, 9, 24, 64, 3, 1, 1)));
      assertFalse(
          LowBitWarpgroupCuda.takes(backend.gpu(), Conv2dShape.of(1, 9, 9, 64, 16, 3, 1, 1)));
      // A zero point that no signed byte less it can hold goes another way.
      Conv2dShape shape = Conv2dShape.of(1, 9, 9, 16, 32, 3, 1, 1);
      new LowBitCudaCase(shape, new CodeBits(8, 8), 3)
          .check(backend, new LowBitCuda(backend.gpu(), 1), false, 0, 4);
    }
  }
}
