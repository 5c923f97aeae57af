package org.intraq.cuda;

import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.Storage;

/** Storage in device memory. */
final class CudaStorage implements Storage {
  private final Device device;
  private final DType dtype;
  private final int length;
  private volatile long address;

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

  /** Makes this storage dead and returns where it was. */
  synchronized long detach() {
    long detached = address;
    address = 0;
    return detached;
  }
}
