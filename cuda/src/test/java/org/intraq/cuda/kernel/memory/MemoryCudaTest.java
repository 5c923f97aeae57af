package org.intraq.cuda.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.OutOfDeviceMemoryException;
import org.intraq.cuda.host.HostDriver;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;

class MemoryCudaTest extends ParityTesting {
  @Test
  void valuesOfEveryTypeComeBack() {
    // More than two staging buffers of four MiB.
    float[] floats = KernelData.signed(2_500_000, 1);
    int[] ints = {Integer.MIN_VALUE, -1, 7};
    byte[] bytes = {-128, -1, 0, 127, 5};
    for (CudaBackend cuda : backends()) {
      MemoryOps memory = cuda.memory();
      try (Scope scope = new Scope(cuda, "test")) {
        assertArrayEquals(floats, memory.toArray(scope.of(floats, floats.length)));
        int[] wholes = new int[4];
        memory.download(scope.of(ints, 3), wholes, 1);
        assertArrayEquals(new int[] {0, Integer.MIN_VALUE, -1, 7}, wholes);
        Tensor codes = scope.allocate(DType.S8, Shape.of(4));
        memory.upload(bytes, 1, codes);
        byte[] back = new byte[4];
        memory.download(codes, back, 0);
        assertArrayEquals(new byte[] {-1, 0, 127, 5}, back);
      }
    }
  }

  @Test
  void fillsAndCopiesTouchTheirWindowAlone() {
    for (CudaBackend cuda : backends()) {
      MemoryOps memory = cuda.memory();
      try (Scope scope = new Scope(cuda, "test")) {
        Tensor y = scope.of(new float[] {1, 2, 3, 4, 5}, 5);
        memory.fill(y.slice(1, 3), -0.5f);
        memory.copy(y.slice(0, 1), y.slice(4, 5));
        assertArrayEquals(new float[] {1, -0.5f, -0.5f, 4, 1}, memory.toArray(y));
        Tensor whole = scope.s32(3);
        memory.fill(whole, -7f);
        int[] back = new int[3];
        memory.download(whole, back, 0);
        assertArrayEquals(new int[] {-7, -7, -7}, back);
      }
    }
  }

  @Test
  void deviceMemoryIsCountedReusedAndNotReleasedTwice() {
    for (CudaBackend cuda : backends()) {
      MemoryOps memory = cuda.memory();
      Storage first = memory.allocate(DType.F32, 1000);
      assertTrue(memory.liveBytes() >= 4000 && memory.peakBytes() == memory.liveBytes());
      memory.release(first);
      assertEquals(0, memory.liveBytes());
      long free = cuda.gpu().driver().freeBytes();
      memory.release(memory.allocate(DType.F32, 1000));
      assertEquals(free, cuda.gpu().driver().freeBytes(), "not from the pool");
      String message =
          assertThrows(IllegalStateException.class, () -> memory.release(first)).getMessage();
      assertEquals("release: expected a live storage, got one released before", message);
    }
  }

  @Test
  void whatIsOnAnotherDeviceOrDeadIsRefused() {
    for (CudaBackend cuda : backends()) {
      try (Scope scope = new Scope(cuda, "test")) {
        Tensor here = scope.f32(3);
        Tensor there = Tensor.wrap(new float[3], 3);
        assertEquals(
            "multiply: expected b on cuda:0 (copy it with MemoryOps.download and upload first),"
                + " got F32[3] on cpu",
            assertThrows(
                    IllegalArgumentException.class,
                    () -> cuda.elementwise().multiply(here, there, here))
                .getMessage());
        Tensor dead = scope.f32(3);
        scope.release(dead);
        assertThrows(
            IllegalArgumentException.class, () -> cuda.elementwise().multiply(here, dead, here));
      }
    }
  }

  /** On the shim, which has little memory and needs no compiler for that. */
  @Test
  void outOfMemorySaysWhatWasAskedWhatIsFreeAndWhatFits() {
    try (CudaBackend small = new CudaBackend(new Device("cuda", 0), new HostDriver(64L << 20))) {
      Storage held = small.memory().allocate(DType.F32, 8 << 20);
      String message =
          assertThrows(
                  OutOfDeviceMemoryException.class,
                  () -> small.memory().allocate(DType.F32, 12 << 20))
              .getMessage();
      assertEquals(
          "out of GPU memory: asked for 48 MiB, 32 MiB are free, 32 MiB in use by this process;"
              + " try a batch of at most 72 % of this one (--batch), or --device cpu",
          message);
      small.memory().release(held);
      // What lies in the pool is given back when something else needs the room.
      small.memory().release(small.memory().allocate(DType.F32, 12 << 20));
    }
  }

  @Test
  void aModeThatTheDeviceLacksLeavesNothingOpen() {
    String before = System.getProperty(MathMode.PROPERTY, "f32");
    System.setProperty(MathMode.PROPERTY, "tf32");
    try {
      HostDriver old = HostDriver.turing();
      Exception refused =
          assertThrows(
              CudaException.class, () -> new CudaBackend(new Device("cuda", 0), old).close());
      assertTrue(refused.getMessage().contains("use f32"), refused.getMessage());
      assertTrue(old.closed());
    } finally {
      System.setProperty(MathMode.PROPERTY, before);
    }
  }
}
