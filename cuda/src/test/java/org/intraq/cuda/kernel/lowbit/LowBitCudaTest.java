package org.intraq.cuda.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.driver.OutOfDeviceMemoryException;
import org.intraq.cuda.host.HostDriver;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums and stored results equal the CPU's reference, bit for bit. */
class LowBitCudaTest {
  private static List<CudaBackend> backends = List.of();

  @BeforeAll
  static void open() {
    backends = CudaTesting.backends();
  }

  @AfterAll
  static void close() {
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.gpu().pool().liveBytes(), "leaked bytes");
      backend.close();
    }
  }

  /** Every width of either operand. */
  static Stream<CodeBits> widths() {
    return IntStream.rangeClosed(2, 8)
        .boxed()
        .flatMap(k -> Stream.of(new CodeBits(k, k), new CodeBits(10 - k, k)))
        .distinct();
  }

  /** 3 x 3 x 32 codes: whole units in each tap, several steps, padding. */
  @ParameterizedTest
  @MethodSource("widths")
  void everyWidthIsExact(CodeBits bits) {
    LowBitCudaCase operands = new LowBitCudaCase(Conv2dShape.of(1, 3, 4, 32, 5, 3, 1, 1), bits, 1);
    for (CudaBackend backend : backends) {
      for (boolean packed : new boolean[] {false, true}) {
        operands.check(backend, packed, 0, 3);
        operands.check(backend, packed, 3, 4);
      }
    }
  }

  static Stream<Arguments> geometries() {
    return Stream.of(
            // n h w ic oc kh kw strides, padding (top left bottom right), dilation, groups
            new Conv2dShape(1, 9, 11, 3, 5, 7, 7, 2, 2, 3, 3, 3, 3, 1, 1, 1),
            new Conv2dShape(2, 8, 7, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            new Conv2dShape(1, 5, 5, 16, 35, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 1),
            new Conv2dShape(1, 9, 8, 6, 4, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 2),
            new Conv2dShape(1, 5, 5, 64, 16, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 2),
            new Conv2dShape(1, 3, 5, 64, 130, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
            new Conv2dShape(0, 4, 4, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            Conv2dShape.of(1, 12, 12, 128, 48, 3, 1, 1),
            new Conv2dShape(1, 3, 20, 16, 33, 1, 17, 1, 1, 0, 8, 0, 8, 1, 1, 1),
            Conv2dShape.depthwise(2, 9, 8, 40, 3, 2, 1),
            LowBitConvolution.gemm(1, 177, 1),
            LowBitConvolution.gemm(133, 31, 37))
        .flatMap(
            shape ->
                Stream.of(new CodeBits(4, 4), new CodeBits(3, 5), new CodeBits(8, 8))
                    .map(bits -> Arguments.of(shape, bits)));
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void everyGeometryAndStageIsExact(Conv2dShape shape, CodeBits bits) {
    LowBitCudaCase operands = new LowBitCudaCase(shape, bits, 2);
    for (CudaBackend backend : backends) {
      operands.check(backend, true, 1, 5);
      operands.check(backend, false, 0, 6);
      operands.check(backend, shape.oc() % 2 == 0, 3, 7);
    }
  }

  @Test
  void namesWhatDoesNotFit() {
    Conv2dShape shape = Conv2dShape.of(1, 4, 4, 2, 1, 3, 1, 1);
    LowBitStage stage = new LowBitStage(3, new int[1], new float[1], new float[1], 6f, null);
    for (CudaBackend backend : backends) {
      Exception code =
          assertThrows(
              IllegalArgumentException.class,
              () -> {
                byte[] w = new byte[18];
                w[7] = 9;
                new LowBitLayer(backend.gpu(), shape, new CodeBits(4, 4), w, stage).close();
              });
      assertTrue(code.getMessage().contains("got 9 at element 7"), code.getMessage());
      try (LowBitLayer layer =
          new LowBitLayer(backend.gpu(), shape, new CodeBits(4, 4), new byte[18], stage)) {
        // Two chunks, and rows of one step for 32 channels.
        assertEquals(32 + 32 * 64, layer.sizeBytes());
        Exception filters =
            assertThrows(
                IllegalArgumentException.class,
                () -> layer.require(Conv2dShape.of(1, 4, 4, 2, 2, 3, 1, 1)));
        assertTrue(filters.getMessage().startsWith("low-bit layer: expected the filters"));
      }
    }
    // Correction: -3 * (9 * 5 - 1); 3 of the 5 are taken off the codes.
    assertArrayEquals(
        new int[] {2, -132, 0, 0, -3, 0, -132 + 128 * (1 - 9 * 3)},
        new LowBitStage(-3, new int[] {5}, new float[1], new float[1], 6f, null)
            .table(9, new int[] {1}, new int[] {3}));
  }

  @Test
  void leavesNothingWhereItDoesNotFit() {
    int channels = 4096;
    Conv2dShape shape = Conv2dShape.of(1, 1, 1, 64, channels, 1, 1, 0);
    LowBitStage stage =
        new LowBitStage(0, new int[channels], new float[channels], new float[channels], 6f, null);
    // Room for the codes, but not for the numbers of the channels.
    try (Gpu gpu = new Gpu(new HostDriver(64L * channels + 1024), bytes -> bytes)) {
      assertThrows(
          OutOfDeviceMemoryException.class,
          () ->
              new LowBitLayer(gpu, shape, new CodeBits(4, 4), new byte[64 * channels], stage)
                  .close());
      assertEquals(0, gpu.pool().liveBytes());
    }
  }
}
