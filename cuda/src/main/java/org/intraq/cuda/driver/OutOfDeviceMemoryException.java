package org.intraq.cuda.driver;

/** The device has not enough free memory. */
public final class OutOfDeviceMemoryException extends CudaException {
  private static final long serialVersionUID = 1;

  /** An error with its text. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }
}
