package org.intraq.models.data;

/**
 * A file that was left out of a run.
 *
 * @param name the file, as the user would name it
 * @param reason why it was left out, in a few words
 */
public record SkippedFile(String name, String reason) {
  @Override
  public String toString() {
    return name + ": " + reason;
  }
}
