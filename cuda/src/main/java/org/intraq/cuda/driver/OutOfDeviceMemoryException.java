package org.intraq.cuda.driver;

import org.intraq.tensor.backend.DeviceMemoryException;

/** The device has not enough free memory. */
public final class OutOfDeviceMemoryException extends DeviceMemoryException {
  private static final long serialVersionUID = 1;

  /** An error with its text. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }
}
