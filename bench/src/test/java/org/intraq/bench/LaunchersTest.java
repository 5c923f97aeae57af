package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The launchers of the repository and of the distribution give the JVM the same options. */
class LaunchersTest {
  private static final Pattern OPTION = Pattern.compile("-(?:XX:|Djdk\\.)[\\w.:+=-]+");

  /** Archives of classes, which the distribution has none of, and what only reads files. */
  private static final Pattern OWN =
      Pattern.compile("-XX:(?:Archive|SharedArchive|AOT|TieredStopAtLevel).*");

  private static Set<String> options(Path script) throws IOException {
    return OPTION
        .matcher(Files.readString(script).replaceAll("(?m)^ *#.*", ""))
        .results()
        .map(MatchResult::group)
        .filter(option -> !OWN.matcher(option).matches())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void giveTheSameOptions() throws IOException {
    Path root = Path.of(System.getProperty("user.dir")).resolve("..");
    Set<String> own = options(root.resolve("intraq"));
    assertTrue(own.contains("-XX:CICompilerCount=3") && own.size() > 4, own::toString);
    assertEquals(own, options(root.resolve("dist/src/bin/intraq")));
  }
}
