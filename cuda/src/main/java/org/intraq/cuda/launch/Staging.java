package org.intraq.cuda.launch;

import java.lang.foreign.MemorySegment;
import org.intraq.cuda.driver.Driver;

/**
 * Copies between Java arrays and the device through two pinned buffers: while one is on its way the
 * other is filled.
 */
public final class Staging {
  private static final long CHUNK = 4L << 20;
  private static final int SLOTS = 2;

  private final Driver driver;
  private final Driver.Stream stream;
  private final DevicePool pool;
  private final MemorySegment[] slots = new MemorySegment[SLOTS];
  private final Driver.Event[] events = new Driver.Event[SLOTS];
  private int next;

  Staging(Driver driver, Driver.Stream stream, DevicePool pool) {
    this.driver = driver;
    this.stream = stream;
    this.pool = pool;
  }

  /** Copies {@code source} on the heap to the device; it may be changed as soon as this returns. */
  public synchronized void upload(MemorySegment source, long target) {
    for (long from = 0; from < source.byteSize(); from += CHUNK) {
      long bytes = Math.min(CHUNK, source.byteSize() - from);
      int slot = take();
      MemorySegment chunk = slots[slot].asSlice(0, bytes);
      chunk.copyFrom(source.asSlice(from, bytes));
      driver.copyToDevice(target + from, chunk, stream);
      driver.record(events[slot], stream);
    }
  }

  /** Copies from the device to {@code target} on the heap; returns when the values are there. */
  public synchronized void download(long source, MemorySegment target) {
    long size = target.byteSize();
    int previous = -1;
    for (long from = 0; from < size; from += CHUNK) {
      int slot = take();
      driver.copyToHost(
          slots[slot].asSlice(0, Math.min(CHUNK, size - from)), source + from, stream);
      driver.record(events[slot], stream);
      if (previous >= 0) {
        receive(previous, target, from - CHUNK);
      }
      previous = slot;
    }
    if (previous >= 0) {
      receive(previous, target, (size - 1) / CHUNK * CHUNK);
    }
  }

  private void receive(int slot, MemorySegment target, long from) {
    driver.synchronize(events[slot]);
    long bytes = Math.min(CHUNK, target.byteSize() - from);
    target.asSlice(from, bytes).copyFrom(slots[slot].asSlice(0, bytes));
  }

  /** The next buffer, when its last copy is done. */
  private int take() {
    if (pool.isCapturing()) {
      // Replays would send whatever the buffer holds by then, and its event would be unusable.
      throw new IllegalStateException(
          "copy: expected a captured step to exchange nothing with the host");
    }
    int slot = next;
    next = (next + 1) % SLOTS;
    if (slots[slot] == null) {
      slots[slot] = driver.allocatePinned(CHUNK);
      events[slot] = driver.createEvent();
    } else {
      driver.synchronize(events[slot]);
    }
    return slot;
  }

  synchronized void close() {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slots[slot] != null) {
        driver.freePinned(slots[slot]);
        driver.destroy(events[slot]);
        slots[slot] = null;
      }
    }
  }
}
