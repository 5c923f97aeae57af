package org.intraq.models.file;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The real weight files beside the project, which are not part of it. */
final class SharedWeights {
  private SharedWeights() {}

  /** The file of that path under the shared folder; skips the test when it is absent. */
  static Path file(String path) {
    String root = System.getProperty("intraq.shared");
    assumeTrue(root != null, "skipped: -Dintraq.shared=FOLDER is not set");
    Path file = Path.of(root, path).normalize();
    assumeTrue(Files.exists(file), () -> "skipped: absent: " + path + " in the shared folder");
    return file;
  }
}
