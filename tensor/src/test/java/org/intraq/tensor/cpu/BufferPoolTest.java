package org.intraq.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.intraq.tensor.DType;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  /** What one stage has given back does not keep the next one, of other sizes, from its memory. */
  @Test
  void freeArraysOfOtherSizesMakeRoom() {
    BufferPool pool = new BufferPool();
    // Each at most a third of the heap, twice the heap together.
    int unit = (int) Math.min(Runtime.getRuntime().maxMemory() / 48 / Float.BYTES, 1 << 26);
    for (int size = 16; size > 8; size--) {
      pool.release(pool.allocate(DType.F32, size * unit));
    }
    assertEquals(0, pool.liveBytes());
  }
}
