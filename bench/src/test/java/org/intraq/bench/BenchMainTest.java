package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of the benchmarks. */
class BenchMainTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    return BenchMain.run(new PrintWriter(out), new PrintWriter(err), words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--filter typo | no case contains 'typo'",
        "--filter gemm,typo | no case contains 'typo'",
        "--list --filter typo | no case contains 'typo'",
        "--quick --filter inference/mobilenet | '--list --quick' names",
        "--steady --filter gemm | '--list --steady' names",
        "--list --json f.json | --json: only for figures",
        "--strategies --json f.json | --json: only for figures",
        "--record-guard f --filter gemm | leave out --filter",
        "--filter gemm --seconds 0 | --seconds: expected",
        "--filter gemm --threads 0 | --threads: expected",
        "--filter gemm --json no/such/folder/f.json | create it first",
        "--filter gemm --json /proc/f.json | cannot be written"
      })
  void mistakesAreASentence(String line, String sentence) {
    assertEquals(2, run(line.split(" ")), out::toString);
    assertTrue(err.toString().contains(sentence), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void figuresAndFailuresAreInTheFile() throws IOException {
    Path file = folder.resolve("f.json");
    String[] words = {
      "--filter",
      "losses/resnet20.output:softmax",
      "--threads",
      "1",
      "--seconds",
      "2",
      "--json",
      "" + file
    };
    assertEquals(0, run(words), err::toString);
    JsonNode report = new ObjectMapper().readTree(file.toFile());
    assertFalse(report.get("results").isEmpty());
    for (JsonNode row : report.get("results")) {
      assertEquals("losses", row.get("group").asText());
      assertTrue(row.get("nanos").asDouble() > 0);
    }
    assertTrue(report.get("failures").isEmpty());
    words[5] = "1e-9";
    assertEquals(1, run(words), out::toString);
    report = new ObjectMapper().readTree(file.toFile());
    assertTrue(report.get("failures").get(0).asText().contains("no time left"), report.toString());
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "nothing else is left");
    }
  }
}
