package org.intraq.cli;

import java.io.PrintWriter;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.net.Network;
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
  private final StatusLine line;
  private long shown;

  RunConsole(CommonOptions common, RunFolder folder) {
    this.results = common.json() ? common.err() : common.out();
    this.err = common.err();
    this.folder = folder;
    this.terminal = Progress.onTerminal();
    this.details = terminal || common.output().verbose();
    this.line = new StatusLine(err, Main.plainTerminal());
  }

  @Override
  public void status(String text) {
    if (terminal && System.nanoTime() - shown > LEAST_NANOS) {
      shown = System.nanoTime();
      line.show(text);
    }
  }

  @Override
  public void detail(String text) {
    folder.log(text);
    if (details) {
      line.clear();
      err.println(text);
    }
  }

  @Override
  public void line(String text) {
    folder.log(text);
    line.clear();
    results.println(text);
    results.flush();
  }

  /** Warns of images that may give wrong accuracies. */
  void dataNotes(ImageDataset data, Network network) {
    line.clear();
    DataNotes.print(data, network, err);
  }

  @Override
  public void warn(String text) {
    folder.log("warning: " + text);
    line.clear();
    err.println("intraq: warning: " + text);
  }
}
