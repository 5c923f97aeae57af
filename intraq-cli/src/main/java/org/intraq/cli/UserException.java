package org.intraq.cli;

/** The user asked for something that cannot be done: one sentence with the remedy, exit code 2. */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with the sentence shown. */
  public UserException(String message) {
    super(message);
  }

  /** Makes an exception with the sentence shown and its cause. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
