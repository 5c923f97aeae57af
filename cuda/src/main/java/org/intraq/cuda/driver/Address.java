package org.intraq.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** A device address as a number, which JCuda keeps to itself. */
final class Address extends CUdeviceptr {
  /** A null pointer that a call fills in. */
  Address() {}

  Address(long value) {
    super(new CUdeviceptr(), value);
  }

  long value() {
    return getNativePointer() + getByteOffset();
  }
}
