package org.intraq.cuda.driver;

/** A call of the driver failed; the message names the call and the driver's reason. */
public class CudaException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** An error with its text. */
  public CudaException(String message) {
    super(message);
  }

  /** An error that adds context to another. */
  public CudaException(String message, Throwable cause) {
    super(message, cause);
  }
}
