package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class StatusLineTest {
  private static final String LONG = "synthesis: batch 1/20, iteration 17/1000: " + "x".repeat(120);

  private final StringWriter written = new StringWriter();

  private String take() {
    String text = written.toString();
    written.getBuffer().setLength(0);
    return text;
  }

  @Test
  void aTerminalThatKnowsHowCutsTheLineItself() {
    StatusLine line = new StatusLine(new PrintWriter(written), false);
    line.clear();
    assertEquals("", take(), "nothing is shown yet");
    line.show(LONG);
    String shown = take();
    assertTrue(shown.startsWith("\r\u001b[?7l" + LONG), "no wrapping while it is written");
    assertTrue(shown.endsWith("\u001b[?7h"), "and wrapping again for all else");
    line.show("short");
    assertTrue(take().contains("short\u001b[K"), "the rest of the longer one is erased");
    line.clear();
    assertEquals("\r\u001b[K", take());
    line.clear();
    assertEquals("", take());
  }

  @Test
  void anyOtherGetsWhatFitsInOneLine() {
    StatusLine line = new StatusLine(new PrintWriter(written), true);
    line.show(LONG);
    assertEquals("\r" + LONG.substring(0, 79), take());
    line.show("short");
    assertEquals("\rshort" + " ".repeat(74), take());
    line.clear();
    assertEquals("\r     \r", take());
  }
}
