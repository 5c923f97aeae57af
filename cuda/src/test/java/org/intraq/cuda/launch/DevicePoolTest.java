package org.intraq.cuda.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.intraq.cuda.driver.OutOfDeviceMemoryException;
import org.intraq.cuda.host.HostDriver;
import org.junit.jupiter.api.Test;

/** On the shim's memory, which needs no compiler. */
class DevicePoolTest {
  private static final long MIB = 1 << 20;

  @Test
  void whatTheDriverNeedsItselfIsTakenFromWhatLiesFree() {
    try (Gpu gpu = new Gpu(new HostDriver(64 * MIB))) {
      DevicePool pool = gpu.pool();
      pool.release(pool.allocate(40 * MIB));
      long address = pool.trimming(() -> gpu.driver().allocate(48 * MIB));
      assertEquals(0, pool.pooledBytes());
      assertThrows(
          OutOfDeviceMemoryException.class,
          () -> pool.trimming(() -> gpu.driver().allocate(32 * MIB)));
      gpu.driver().free(address);
    }
  }

  /** 16 MiB in use, 24 MiB of a captured step, 24 MiB free. */
  @Test
  void memoryOfCapturedStepsIsInUse() {
    try (Gpu gpu = new Gpu(new HostDriver(64 * MIB), bytes -> bytes)) {
      DevicePool pool = gpu.pool();
      long live = pool.allocate(16 * MIB);
      try (CapturedStep step = new CapturedStep(gpu, () -> pool.borrow(24 * MIB, scratch -> {}))) {
        String message =
            assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(40 * MIB))
                .getMessage();
        assertTrue(message.contains("40 MiB in use by this process"), message);
        // 64 of 80 MiB, less a tenth.
        assertTrue(message.contains("at most 72 %"), message);
        step.run();
      }
      pool.release(pool.allocate(40 * MIB));
      pool.release(live);
    }
  }
}
