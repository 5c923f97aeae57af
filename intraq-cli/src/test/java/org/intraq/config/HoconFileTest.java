package org.intraq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoconFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void files() throws IOException {
    file = folder.resolve("my.conf");
    Files.writeString(folder.resolve("other.conf"), "secret = 1");
  }

  @Test
  void settingsAreRead() throws IOException {
    Files.writeString(file, "synthesis { images = 7, adam.rate = 0.5 } # as many\n");
    assertEquals(7, HoconFile.read(file).getInt("synthesis.images"));
    assertEquals(0.5, HoconFile.read(file).getDouble("synthesis.adam.rate"));
  }

  private String refusal(byte[] content) throws IOException {
    Files.write(file, content);
    String message =
        assertTimeoutPreemptively(
            Duration.ofSeconds(2),
            () -> assertThrows(ConfigException.class, () -> HoconFile.read(file)).getMessage());
    assertTrue(message.startsWith(file.toString()), message);
    assertTrue(message.length() < file.toString().length() + 400, message);
    return message;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"other.conf\"",
        "include \"other\"",
        "include file(\"other.conf\")",
        "include required(file(\"other.conf\"))",
        "include url(\"http://127.0.0.1:1/x\")",
        "include classpath(\"reference.conf\")",
        "a { include \"other.conf\" }"
      })
  void nothingElseIsOpened(String text) throws IOException {
    assertTrue(refusal(text.getBytes(StandardCharsets.UTF_8)).contains("includes"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a = ${HOME}", "a = ${?HOME}", "a = ${b}\nb = ${a}", "a = 1\na += 2"})
  void substitutionsAreRefused(String text) throws IOException {
    assertTrue(refusal(text.getBytes(StandardCharsets.UTF_8)).contains("substitutions"), text);
  }

  /** Each line holds the one before it ten times: resolved, 10^30 elements. */
  @Test
  void nothingGrows() throws IOException {
    StringBuilder text = new StringBuilder("a0 = x\n");
    for (int i = 1; i <= 30; i++) {
      text.append("a%d = [%s]%n".formatted(i, "${a%d},".formatted(i - 1).repeat(10)));
    }
    refusal(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void nestingSizeAndNoiseAreRefused() throws IOException {
    assertTrue(refusal("a={".repeat(20_000).getBytes(StandardCharsets.UTF_8)).contains("deeply"));
    assertTrue(refusal("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)).contains("deeply"));
    assertTrue(refusal("x".repeat(10_000_000).getBytes(StandardCharsets.UTF_8)).contains("bytes"));
    refusal("x".repeat(900_000).getBytes(StandardCharsets.UTF_8));
    byte[] noise = new byte[256];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) i;
    }
    assertTrue(refusal(noise).contains("UTF-8"));
    Files.delete(file);
    ConfigException e = assertThrows(ConfigException.class, () -> HoconFile.read(file));
    assertFalse(e.getMessage().contains("Exception"), e.getMessage());
  }
}
