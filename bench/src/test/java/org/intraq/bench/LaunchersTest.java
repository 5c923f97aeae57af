package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** Without a look, Java would say that some class is missing, and no command would mend it. */
  @Test
  void aLibraryThatIsGoneIsFetchedAgain(@TempDir Path folder) throws Exception {
    Path root = folder.toRealPath();
    Path launcher = Files.createDirectories(root.resolve("target/launcher"));
    Path script = Path.of(System.getProperty("user.dir")).resolve("../intraq");
    Files.copy(script, root.resolve("intraq"), StandardCopyOption.COPY_ATTRIBUTES);
    Path maven = Files.writeString(root.resolve("mvn"), "#!/bin/sh\nexit 1\n");
    assertTrue(maven.toFile().setExecutable(true));
    Path library = Files.createFile(root.resolve("library.jar"));
    Files.writeString(launcher.resolve("cli.classpath"), root + "\n" + library + "\n");
    assertFalse(info(root).contains("building"), "nothing to build");
    Files.delete(library);
    String answer = info(root);
    assertTrue(answer.contains("intraq: building"), answer);
    assertTrue(answer.contains("intraq: the build failed"), answer);
  }

  private static String info(Path root) throws Exception {
    ProcessBuilder line = new ProcessBuilder(root.resolve("intraq").toString(), "info", "x");
    line.environment().put("JDK25_HOME", System.getProperty("java.home"));
    line.environment().merge("PATH", root.toString(), (path, first) -> first + ":" + path);
    Process process = line.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor() != 0, said);
    return said;
  }

  @Test
  void giveTheSameOptions() throws IOException {
    Path root = Path.of(System.getProperty("user.dir")).resolve("..");
    Set<String> own = options(root.resolve("intraq"));
    assertTrue(own.contains("-XX:CICompilerCount=3") && own.size() > 4, own::toString);
    assertEquals(own, options(root.resolve("dist/src/bin/intraq")));
  }
}
