package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputFileTest {
  @TempDir private Path folder;

  private static void write(Path file, String text) throws IOException {
    OutputFile.write(file, temporary -> Files.writeString(temporary, text));
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesAFileAsAWhole() throws IOException {
    Path file = folder.resolve("file");
    write(file, "one");
    write(file, "two");
    assertEquals("two", Files.readString(file));
    IOException full = new IOException("no space");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                OutputFile.write(
                    file,
                    temporary -> {
                      Files.writeString(temporary, "half");
                      throw full;
                    }));
    assertEquals(full, thrown);
    assertEquals("two", Files.readString(file));
    assertEquals(List.of("file"), names());
  }

  @Test
  void writesWhatALinkLeadsTo() throws IOException {
    Path file = folder.resolve("file");
    write(file, "one");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
    write(link, "two");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("two", Files.readString(file));
  }

  @Test
  void refusesWhatIsNoFile() throws IOException, InterruptedException {
    assertThrows(WeightFileException.class, () -> write(folder, "x"));
    Path pipe = folder.resolve("pipe");
    Process made;
    try {
      made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    } catch (IOException e) {
      Assumptions.abort("skipped: this system has no mkfifo");
      return;
    }
    assertEquals(0, made.waitFor());
    var refused = assertThrows(WeightFileException.class, () -> write(pipe, "x"));
    assertTrue(refused.getMessage().contains("pipe: is no regular file"), refused.getMessage());
    assertFalse(Files.isRegularFile(pipe));
    assertEquals(List.of("pipe"), names());
  }
}
