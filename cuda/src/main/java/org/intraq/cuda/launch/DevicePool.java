package org.intraq.cuda.launch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.OutOfDeviceMemoryException;

/**
 * Free lists of device memory by capacity, so that a steady state allocates nothing.
 *
 * <p>Capacities are rounded up to one of eight steps a power of two; at most an eighth is wasted.
 * Before an allocation fails everything that lies free is given back to the driver. All work is on
 * one stream, so memory may be reused as soon as its release was submitted.
 */
public final class DevicePool {
  private static final int SMALLEST = 256;

  private final Driver driver;
  private final LongUnaryOperator capacity;
  private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();
  private final Map<Long, Long> live = new HashMap<>();
  private final Map<Long, ArrayDeque<Long>> held = new HashMap<>();
  private boolean capturing;
  private int steps;
  private long liveBytes;
  private long peakBytes;
  private long pooledBytes;
  private long heldBytes;

  /** A pool; {@code capacity} gives the bytes that are set aside for a number of bytes. */
  DevicePool(Driver driver, LongUnaryOperator capacity) {
    this.driver = driver;
    this.capacity = capacity;
  }

  /** Memory with undefined contents, at least one byte. */
  public synchronized long allocate(long bytes) {
    long room = capacity.applyAsLong(Math.max(bytes, 1));
    Long address = capturing ? take(held, room) : null;
    if (address != null) {
      heldBytes -= room;
    } else {
      address = take(free, room);
      if (address != null) {
        pooledBytes -= room;
      } else {
        address = fresh(room);
      }
    }
    live.put(address, room);
    liveBytes += room;
    peakBytes = Math.max(peakBytes, liveBytes);
    return address;
  }

  private static Long take(Map<Long, ArrayDeque<Long>> from, long room) {
    ArrayDeque<Long> list = from.get(room);
    return list == null ? null : list.pollLast();
  }

  private long fresh(long room) {
    try {
      return driver.allocate(room);
    } catch (OutOfDeviceMemoryException first) {
      trim();
      try {
        return driver.allocate(room);
      } catch (OutOfDeviceMemoryException second) {
        throw outOfMemory(room);
      }
    }
  }

  private OutOfDeviceMemoryException outOfMemory(long room) {
    long available = driver.freeBytes();
    // Memory grows with the batch, so the share that there is room for is the share that fits.
    double used = liveBytes + heldBytes;
    double share = (used + available) / (used + room);
    return new OutOfDeviceMemoryException(
        String.format(
            java.util.Locale.ROOT,
            "out of GPU memory: asked for %d MiB, %d MiB are free, %d MiB in use by this process;"
                + " try a batch of at most %d %% of this one (--batch), or --device cpu",
            room + (1 << 20) - 1 >> 20,
            available >> 20,
            liveBytes + heldBytes >> 20,
            (int) Math.clamp((long) (90 * share), 1, 90)));
  }

  /**
   * Gives memory back.
   *
   * @throws IllegalStateException if it is not in use
   */
  public synchronized void release(long address) {
    Long room = live.remove(address);
    if (room == null) {
      throw new IllegalStateException(
          "release: expected device memory in use, got 0x"
              + Long.toHexString(address)
              + ", which was released before or is of another device");
    }
    liveBytes -= room;
    if (capturing) {
      held.computeIfAbsent(room, unused -> new ArrayDeque<>()).addLast(address);
      heldBytes += room;
    } else {
      keep(address, room);
    }
  }

  private void keep(long address, long room) {
    free.computeIfAbsent(room, unused -> new ArrayDeque<>()).addLast(address);
    pooledBytes += room;
  }

  /** Memory for the launches that {@code use} submits. */
  public void borrow(long bytes, LongConsumer use) {
    long address = allocate(bytes);
    try {
      use.accept(address);
    } finally {
      release(address);
    }
  }

  /**
   * From now on what is released goes to the captured steps: one of them will write to it whenever
   * it runs. They share it, because they run one after another.
   */
  synchronized void hold() {
    capturing = true;
    steps++;
  }

  /** Ends the capture that {@link #hold} began. */
  synchronized void endHold() {
    capturing = false;
  }

  /** A captured step has ended; after the last one their memory is free for reuse by all. */
  synchronized void unhold() {
    if (--steps == 0) {
      held.forEach((room, list) -> list.forEach(address -> keep(address, room)));
      held.clear();
      heldBytes = 0;
    }
  }

  /** Whether what is submitted now is captured. */
  synchronized boolean isCapturing() {
    return capturing;
  }

  /**
   * What the driver needs memory of its own for, tried again without what lies free here.
   *
   * @throws OutOfDeviceMemoryException if that is not enough
   */
  <T> T trimming(Supplier<T> action) {
    try {
      return action.get();
    } catch (OutOfDeviceMemoryException first) {
      trim();
      return action.get();
    }
  }

  /** Gives everything that lies free back to the driver. */
  public synchronized void trim() {
    for (ArrayDeque<Long> list : free.values()) {
      list.forEach(driver::free);
    }
    free.clear();
    pooledBytes = 0;
  }

  /** Bytes in use. */
  public synchronized long liveBytes() {
    return liveBytes;
  }

  /** Bytes that lie free for reuse. */
  public synchronized long pooledBytes() {
    return pooledBytes;
  }

  /** Most bytes in use since {@link #resetPeak}. */
  public synchronized long peakBytes() {
    return peakBytes;
  }

  /** Starts a new measurement of {@link #peakBytes}. */
  public synchronized void resetPeak() {
    peakBytes = liveBytes;
  }

  /** The smallest m * 2^e &gt;= bytes with 8 &lt;= m &lt;= 16, at least 256. */
  public static long sizeClass(long bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    int shift = 60 - Long.numberOfLeadingZeros(bytes - 1);
    return bytes + (1L << shift) - 1 >> shift << shift;
  }
}
