package org.intraq.run;

/** A run that cannot go on: one sentence for the user, with the remedy. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public RunException(String message) {
    super(message);
  }

  /** Makes one with its cause. */
  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
