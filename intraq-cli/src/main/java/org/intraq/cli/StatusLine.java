package org.intraq.cli;

import java.io.PrintWriter;

/**
 * A line at the bottom of a terminal that changes in place. It never takes a second line, from
 * which it could not come back: a terminal that knows how cuts it at its own width, any other gets
 * no more than fits.
 */
final class StatusLine {
  /** One less than the 80 columns of old: with all of them some terminals begin a new line. */
  private static final int PLAIN_WIDTH = 79;

  private static final String NO_WRAP = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";
  private static final String ERASE = "\u001b[K";

  private final PrintWriter terminal;
  private final boolean plain;
  private int width;

  /**
   * A line of a terminal.
   *
   * @param plain whether it knows no control sequences
   */
  StatusLine(PrintWriter terminal, boolean plain) {
    this.terminal = terminal;
    this.plain = plain;
  }

  /** Shows a text in place of what is shown. */
  void show(String text) {
    if (plain) {
      String cut = text.substring(0, Math.min(text.length(), PLAIN_WIDTH));
      terminal.print("\r" + cut + " ".repeat(Math.max(0, width - cut.length())));
      width = cut.length();
    } else {
      terminal.print("\r" + NO_WRAP + text + ERASE + WRAP);
      width = text.length();
    }
    terminal.flush();
  }

  /** Makes room for lines that stay. */
  void clear() {
    if (width > 0) {
      terminal.print(plain ? "\r" + " ".repeat(width) + "\r" : "\r" + ERASE);
      terminal.flush();
      width = 0;
    }
  }
}
