package org.intraq.cuda.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.Consumer;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.build.Tools;
import org.intraq.cuda.driver.Args;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.driver.KernelSource;
import org.intraq.cuda.launch.CapturedStep;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shim finds the faults it is there to find, and models what it is there to model. */
class ShimTest {
  private Gpu gpu;

  @BeforeEach
  void open() {
    CudaTesting.need(Tools.has("g++"), "there is no g++, which compiles the kernels for the host");
    gpu = new Gpu(new HostDriver(), bytes -> bytes);
  }

  private Launch launch(String kernel, int threads) {
    return gpu.module(Probe.class).launch(kernel).grid(Extent.of(1)).block(Extent.of(threads));
  }

  private static java.lang.foreign.MemorySegment heap(int[] values) {
    return java.lang.foreign.MemorySegment.ofArray(values);
  }

  private static java.lang.foreign.MemorySegment heap(float[] values) {
    return java.lang.foreign.MemorySegment.ofArray(values);
  }

  private int[] ints(int size, Consumer<Long> work) {
    long y = gpu.pool().allocate(4L * size);
    work.accept(y);
    int[] values = new int[size];
    gpu.staging().download(y, heap(values));
    gpu.pool().release(y);
    return values;
  }

  private static String message(org.junit.jupiter.api.function.Executable work) {
    return assertThrows(CudaException.class, work).getMessage();
  }

  @AfterEach
  void close() {
    if (gpu != null && gpu.pool().liveBytes() == 0) {
      gpu.close();
    }
  }

  @Test
  void writesOutsideABufferAreFound() {
    long y = gpu.pool().allocate(40);
    launch("write_behind", 1).integer(9).pointer(y).run();
    assertEquals(
        "kernel Probe.write_behind, grid 1x1x1, block 1x1x1, 0 shared bytes, arguments (10, 0x"
            + Long.toHexString(y)
            + "): write outside a buffer: at byte 40 of one of 40 bytes",
        message(() -> launch("write_behind", 1).integer(10).pointer(y).run()));
    long z = gpu.pool().allocate(40);
    assertTrue(message(() -> launch("write_before", 1).pointer(z).run()).contains("at byte -4 of"));
  }

  @Test
  void argumentsMustFitTheKernel() {
    long y = gpu.pool().allocate(4);
    String text = message(() -> launch("write_behind", 1).pointer(y).integer(0).run());
    assertTrue(text.endsWith("expected arguments of kinds ip, got pi"), text);
    assertTrue(message(() -> launch("write_behind", 1).integer(0).run()).endsWith("ip, got i"));
    assertTrue(
        message(() -> launch("write_behind", 1).integer(0).pointer(64).run())
            .contains("lie in no live buffer"));
    assertTrue(
        message(() -> gpu.module(Probe.class).launch("no_such"))
            .contains("no shim_launch_no_such"));
    assertEquals(
        "pifls(8)", new Args().pointer(1).integer(2).real(3).wide(4).struct(5, 6).signature());
  }

  @Test
  void aMissingBarrierShows() {
    int[] expected = ints(64, y -> launch("guarded", 64).pointer(y).run());
    boolean allRight = true;
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(expected, ints(64, y -> launch("guarded", 64).pointer(y).run()));
      allRight &= Arrays.equals(expected, ints(64, y -> launch("unguarded", 64).pointer(y).run()));
    }
    assertFalse(allRight, "no order of the threads shows the race");
  }

  @Test
  void barriersThatDoNotMeetAreFound() {
    long y = gpu.pool().allocate(64 * 4);
    assertTrue(
        message(() -> launch("stuck", 32).pointer(y).run()).contains("a part of the threads only"));
    assertTrue(
        message(() -> launch("exited_lane", 32).pointer(y).run()).contains("lane that has exited"));
  }

  @Test
  void misalignedVectorsAndIndicesBeyondSharedArraysAreFound() {
    long y = gpu.pool().allocate(64 * 4);
    assertTrue(message(() -> launch("misaligned", 1).pointer(y).run()).contains("misaligned"));
    assertTrue(
        message(() -> launch("beyond_shared", 1).integer(32).pointer(y).run())
            .contains("index outside an array"));
    launch("beyond_dynamic", 1).shared(64).integer(15).pointer(y).run();
    assertTrue(
        message(() -> launch("beyond_dynamic", 1).shared(64).integer(16).pointer(y).run())
            .contains("dynamic shared memory written beyond its size"));
  }

  @Test
  void bulkCopiesMustBeWhatIsAnnounced() {
    long x = gpu.pool().allocate(32);
    launch("write_behind", 8).integer(0).pointer(x).run();
    int[] y = ints(8, at -> launch("bulk", 8).integer(32).integer(2).pointer(x).pointer(at).run());
    for (int bits : y) {
      assertEquals(1f, Float.intBitsToFloat(bits));
    }
    long z = gpu.pool().allocate(32);
    assertTrue(
        message(() -> launch("bulk", 8).integer(32).integer(1).pointer(x).pointer(z).run())
            .contains("copies that nobody has sent"));
    assertTrue(
        message(() -> launch("bulk", 8).integer(16).integer(2).pointer(x).pointer(z).run())
            .contains("more bytes than announced"));
    assertTrue(
        message(() -> launch("bulk", 8).integer(32).integer(2).pointer(x + 4).pointer(z).run())
            .contains("misaligned"));
  }

  @Test
  void muchSharedMemoryMustBeAskedFor() {
    long y = gpu.pool().allocate(4);
    Driver driver = gpu.driver();
    Driver.Function kernel =
        driver.function(driver.load(new KernelSource(Probe.class)), "beyond_dynamic");
    Args args = new Args().integer(0).pointer(y);
    Runnable launch =
        () -> driver.launch(kernel, Extent.of(1), Extent.of(1), 17 << 10, gpu.stream(), args);
    assertTrue(message(launch::run).contains("not allowed"));
    driver.allowSharedBytes(kernel, 17 << 10);
    launch.run();
    launch("beyond_dynamic", 1).shared(40 << 10).integer(0).pointer(y).run();
  }

  @Test
  void lanesOfAWarpExchangeValues() {
    int[] y = ints(320, at -> launch("warps", 64).pointer(at).run());
    for (int t = 0; t < 64; t++) {
      int lane = t % 32;
      int base = t - lane;
      assertEquals(base + 7, y[t], "shfl");
      assertEquals(lane + 3 < 32 ? t + 3 : t, y[64 + t], "down");
      assertEquals(lane >= 3 ? t - 3 : t, y[128 + t], "up");
      assertEquals(0x49249249, y[192 + t], "ballot");
      assertEquals(lane < 8 ? t ^ 1 : -1, y[256 + t], "part of a warp");
    }
  }

  @Test
  void everyThreadOfEveryBlockRunsOnce() {
    int[] y =
        ints(
            8 + 24,
            at -> {
              gpu.staging().upload(heap(new int[32]), at);
              gpu.module(Probe.class)
                  .launch("indices")
                  .grid(new Extent(2, 2, 2))
                  .block(new Extent(2, 3, 4))
                  .pointer(at)
                  .run();
            });
    for (int i = 0; i < 32; i++) {
      assertEquals(i < 8 ? 1 : 8, y[i], "index " + i);
    }
  }

  @Test
  void argumentsOfEveryKindArrive() {
    int[] y =
        ints(
            6,
            at ->
                launch("structure", 1)
                    .struct(1, 2, 3, 4)
                    .wide(1L << 40)
                    .real(1.5f)
                    .pointer(at)
                    .run());
    assertArrayEquals(new int[] {4321, 0, 0, 256, 3, 0}, y);
  }

  @Test
  void integerIntrinsics() {
    int a = 0x80ff017f;
    int b = 0x7f02fe81;
    long x = gpu.pool().allocate(8);
    gpu.staging().upload(heap(new int[] {a, b}), x);
    int[] y = ints(7, at -> launch("integers", 1).pointer(x).pointer(at).run());
    gpu.pool().release(x);
    int signed = 5 + 127 * -127 + 1 * -2 + -1 * 2 + -128 * 127;
    int unsigned = 5 + 0x7f * 0x81 + 0xfe + 0xff * 2 + 0x80 * 0x7f;
    int high = (int) ((a & 0xffffffffL) * (b & 0xffffffffL) >>> 32);
    // Even rounding of halves; saturation; bf16 ties to even: 0x3f80 and 0x3f82.
    assertArrayEquals(
        new int[] {signed, unsigned, high, 0xfe01817f, 2 + 40 - 200, Integer.MAX_VALUE, 0x3f803f82},
        y);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensor_s8", "tensor_tf32", "tensor_bf16"})
  void tensorCoresMultiplyMatrices(String kernel) {
    int k = kernel.equals("tensor_s8") ? 32 : kernel.equals("tensor_tf32") ? 8 : 16;
    boolean bytes = k == 32;
    // Small whole numbers: exact in all three formats.
    float[] a = new float[16 * k];
    float[] b = new float[k * 8];
    for (int i = 0; i < a.length; i++) {
      a[i] = (i * 7 + i / k * 3) % 23 - 11;
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = (i * 5 + i / 8) % 19 - 9;
    }
    long at = upload(a, bytes);
    long bt = upload(b, bytes);
    int[] d = ints(128, y -> launch(kernel, 32).pointer(at).pointer(bt).pointer(y).run());
    gpu.pool().release(at);
    gpu.pool().release(bt);
    for (int row = 0; row < 16; row++) {
      for (int column = 0; column < 8; column++) {
        float sum = 1 + column % 2 + row / 8 * 2;
        for (int i = 0; i < k; i++) {
          sum += a[row * k + i] * b[i * 8 + column];
        }
        int got = d[row * 8 + column];
        assertEquals(sum, bytes ? got : Float.intBitsToFloat(got), row + ", " + column);
      }
    }
  }

  private long upload(float[] values, boolean asBytes) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    long address = gpu.pool().allocate(asBytes ? bytes.length : 4L * values.length);
    gpu.staging()
        .upload(asBytes ? java.lang.foreign.MemorySegment.ofArray(bytes) : heap(values), address);
    return address;
  }

  @Test
  void aCapturedStepRunsWhenLaunchedAndKeepsItsMemory() {
    long y = gpu.pool().allocate(64 * 4);
    gpu.staging().upload(heap(new int[64]), y);
    int[] before = new int[64];
    int[] after = new int[64];
    try (CapturedStep step =
        new CapturedStep(
            gpu,
            () -> {
              launch("guarded", 64).pointer(y).run();
              gpu.pool().borrow(256, scratch -> launch("guarded", 64).pointer(scratch).run());
            })) {
      gpu.staging().download(y, heap(before));
      assertArrayEquals(new int[64], before, "ran while captured");
      assertEquals(0, gpu.pool().pooledBytes(), "memory of the step is free for others");
      step.run();
      step.run();
      gpu.staging().download(y, heap(after));
    }
    assertEquals(1f, Float.intBitsToFloat(after[0]));
    assertEquals(256, gpu.pool().pooledBytes());
    String refused =
        assertThrows(
                IllegalStateException.class,
                () -> new CapturedStep(gpu, () -> gpu.staging().download(y, heap(before))).close())
            .getMessage();
    assertEquals("copy: expected a captured step to exchange nothing with the host", refused);
    gpu.staging().download(y, heap(before));
    gpu.pool().release(y);
  }
}
