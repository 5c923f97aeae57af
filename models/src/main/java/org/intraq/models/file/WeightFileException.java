package org.intraq.models.file;

/**
 * A weight file cannot be read or written: the message is one line, the file and the reason, fit to
 * be shown to a user as it is.
 */
public final class WeightFileException extends RuntimeException {
  private static final int LONGEST_QUOTE = 160;

  private final String file;
  private final String reason;

  /**
   * Builds the message {@code file: reason}; control characters in either are made visible.
   *
   * @param file the file as the user knows it
   * @param reason what is wrong with it, without a full stop
   */
  public WeightFileException(String file, String reason) {
    this(file, reason, null);
  }

  /** As above, with the exception that led to it. */
  public WeightFileException(String file, String reason, Throwable cause) {
    super(printable(file, 4096) + ": " + printable(reason, 4096), cause);
    this.file = file;
    this.reason = printable(reason, 4096);
  }

  /** The file as the user knows it. */
  public String file() {
    return file;
  }

  /** What is wrong with it, one line. */
  public String reason() {
    return reason;
  }

  /**
   * A name out of a file, in quotes and safe to print: control characters become \\uXXXX (a name
   * may hold terminal sequences or line ends), long names are cut.
   */
  public static String quote(String name) {
    return "'" + printable(name, LONGEST_QUOTE) + "'";
  }

  private static String printable(String text, int longest) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), longest) + 8);
    for (int i = 0; i < text.length(); i++) {
      if (i == longest) {
        return out.append("...").toString();
      }
      char c = text.charAt(i);
      int type = Character.getType(c);
      boolean hidden =
          Character.isISOControl(c)
              || type == Character.FORMAT
              || type == Character.LINE_SEPARATOR
              || type == Character.PARAGRAPH_SEPARATOR
              || type == Character.SURROGATE && !paired(text, i);
      if (hidden) {
        out.append(String.format("\\u%04X", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean paired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
