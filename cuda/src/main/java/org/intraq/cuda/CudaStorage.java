package org.intraq.cuda;

import java.util.Arrays;
import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.Storage;

/**
 * Storage in device memory.
 *
 * <p>Of integers that were uploaded it keeps a copy, so that labels and boxes are checked without
 * waiting for the device.
 */
final class CudaStorage implements Storage {
  private final Device device;
  private final DType dtype;
  private final int length;
  private volatile long address;
  private int[] known;
  private int knownAt;

  CudaStorage(Device device, DType dtype, int length, long address) {
    this.device = device;
    this.dtype = dtype;
    this.length = length;
    this.address = address;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean isLive() {
    return address != 0;
  }

  /** Where the first element lies; 0 once released. */
  long address() {
    return address;
  }

  /** Keeps a copy of the integers that were just written to elements {@code at} on. */
  synchronized void remember(int[] values, int at) {
    known = values;
    knownAt = at;
  }

  /** What {@link #remember} kept is no longer what the device holds. */
  synchronized void forget() {
    known = null;
  }

  /** A copy of {@code n} integers from element {@code at} on, or null if they are not known. */
  synchronized int[] known(int at, int n) {
    boolean inside = known != null && at >= knownAt && at + n <= knownAt + known.length;
    return inside ? Arrays.copyOfRange(known, at - knownAt, at - knownAt + n) : null;
  }

  /** Makes this storage dead and returns where it was. */
  synchronized long detach() {
    long detached = address;
    address = 0;
    return detached;
  }
}
