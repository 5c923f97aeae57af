package org.intraq.models.data;

/**
 * A data set, image or label file cannot be used; the message is one sentence for the user, naming
 * the file, what is wrong with it and the remedy where there is one.
 */
public class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with the sentence shown to the user. */
  public DataException(String message) {
    super(message);
  }

  /** Makes an exception with the sentence shown to the user and its cause. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
