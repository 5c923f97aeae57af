package org.intraq.tensor.backend;

/** A device has not enough memory for what was asked; the message says how much, and a remedy. */
public class DeviceMemoryException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** An error with its text. */
  public DeviceMemoryException(String message) {
    super(message);
  }
}
