package org.intraq.models.data;

/** What every refusal must look like. */
final class Reason {
  private Reason() {}

  /** Fails unless the message names the file and is one line. */
  static void check(DataException e, String file) {
    String message = e.getMessage();
    if (message == null || !message.contains(file) || message.indexOf('\n') >= 0) {
      throw new AssertionError("a refusal must name the file in one line: " + message, e);
    }
  }
}
