package org.intraq.config;

/** A setting that cannot be used: one sentence for the user, with the remedy. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public ConfigException(String message) {
    super(message);
  }

  /** Makes one with its cause. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
