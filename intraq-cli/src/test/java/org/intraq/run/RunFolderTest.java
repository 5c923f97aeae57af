package org.intraq.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose run a folder holds. */
final class RunFolderTest {
  private static RunFolder open(Path root, Map<String, String> identity, boolean resume) {
    return RunFolder.open(root, identity, Map.of("java", "25"), "seed = 1\n", resume);
  }

  /** A version that knows one setting more goes on with it off, and only so. */
  @Test
  void whatDidNotExistThenIsOff(@TempDir Path root) {
    try (RunFolder before = open(root, Map.of("seed", "1"), false)) {
      assertTrue(before.fresh());
    }
    try (RunFolder off = open(root, Map.of("seed", "1", "fine-tuning.hints", "0"), true)) {
      assertFalse(off.fresh());
    }
    String message =
        assertThrows(
                RunException.class,
                () -> open(root, Map.of("seed", "1", "fine-tuning.hints", "30"), true).close())
            .getMessage();
    assertTrue(message.contains("its fine-tuning.hints is 0, not 30; give the same"), message);
  }
}
