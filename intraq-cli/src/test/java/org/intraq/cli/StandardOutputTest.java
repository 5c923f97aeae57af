package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class StandardOutputTest {
  /** A file that takes so many bytes, and then says why it takes no more. */
  private static StandardOutput taking(int bytes, String reason) {
    return new StandardOutput(
        new OutputStream() {
          private int taken;

          @Override
          public void write(int b) throws IOException {
            if (++taken > bytes) {
              throw new IOException(reason);
            }
          }
        });
  }

  private static String failure(StandardOutput output) {
    PrintWriter writer = output.writer();
    writer.println("twelve bytes");
    writer.print("and some more");
    writer.flush();
    return output.failure();
  }

  @Test
  void aFullDiskIsRemembered() {
    assertEquals("No space left", failure(taking(0, "No space left")));
    assertEquals("No space left", failure(taking(20, "No space left")));
    assertNull(failure(taking(100, "No space left")));
  }

  @Test
  void aReaderThatHasSeenEnoughIsNoFailure() {
    assertNull(failure(taking(5, "Broken pipe")));
  }

  @Test
  void whatIsWrittenArrives() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintWriter writer = new StandardOutput(bytes).writer();
    writer.println("größer");
    assertEquals("größer" + System.lineSeparator(), bytes.toString(StandardCharsets.UTF_8));
  }
}
