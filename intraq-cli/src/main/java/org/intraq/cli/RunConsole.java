package org.intraq.cli;

import java.io.PrintWriter;
import org.intraq.run.Console;
import org.intraq.run.RunFolder;

/**
 * Shows a run: on a terminal a line that changes with every iteration and one that stays for every
 * batch; in a pipe results and warnings only, unless {@code --verbose}. The log gets every line.
 */
final class RunConsole implements Console {
  private static final long LEAST_NANOS = 200_000_000;

  private final PrintWriter results;
  private final PrintWriter err;
  private final RunFolder folder;
  private final boolean terminal;
  private final boolean details;
  private int width;
  private long shown;

  RunConsole(CommonOptions common, RunFolder folder) {
    this.results = common.json() ? common.err() : common.out();
    this.err = common.err();
    this.folder = folder;
    this.terminal = Progress.onTerminal();
    this.details = terminal || common.output().verbose();
  }

  @Override
  public void status(String text) {
    if (terminal && System.nanoTime() - shown > LEAST_NANOS) {
      shown = System.nanoTime();
      err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
      err.flush();
      width = text.length();
    }
  }

  private void clear() {
    if (width > 0) {
      err.print("\r" + " ".repeat(width) + "\r");
      err.flush();
      width = 0;
    }
  }

  @Override
  public void detail(String text) {
    folder.log(text);
    if (details) {
      clear();
      err.println(text);
    }
  }

  @Override
  public void line(String text) {
    folder.log(text);
    clear();
    results.println(text);
    results.flush();
  }

  @Override
  public void warn(String text) {
    folder.log("warning: " + text);
    clear();
    err.println("intraq: warning: " + text);
  }
}
