package org.intraq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose run a folder holds. */
final class RunFolderTest {
  private static final String SETTINGS = "seed = 1\n";

  private static RunFolder open(Path root, Map<String, String> identity, boolean resume) {
    return RunFolder.open(root, identity, Map.of("java", "25"), SETTINGS, resume);
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

  /** Such as the width of a layer that was given then and is not now. */
  @Test
  void aSettingThatIsLeftOutIsAnotherRun(@TempDir Path root) {
    open(root, Map.of("seed", "1", "quantizer.layer-bits.output", "w8"), false).close();
    String message =
        assertThrows(RunException.class, () -> open(root, Map.of("seed", "1"), true).close())
            .getMessage();
    assertTrue(message.contains("its quantizer.layer-bits.output is w8, not none"), message);
  }

  @Test
  void otherImagesAreAnotherRun(@TempDir Path root) {
    Map<String, String> identity = Map.of("seed", "1", RunFolder.IMAGES_HASH, "abc");
    open(root, identity, false).close();
    open(root, identity, true).close();
    open(root, Map.of("seed", "1"), true).close(); // a report does not look at them
    String message =
        assertThrows(
                RunException.class,
                () -> open(root, Map.of("seed", "1", RunFolder.IMAGES_HASH, "d"), true).close())
            .getMessage();
    assertTrue(message.contains("its images hash differs"), message);
  }

  @Test
  void runsOfBeforeImagesWereHashedGoOn(@TempDir Path root) {
    open(root, Map.of("seed", "1"), false).close();
    open(root, Map.of("seed", "1", RunFolder.IMAGES_HASH, "abc"), true).close();
  }

  @Test
  void settingsOfTheUsersAreNotOverwritten(@TempDir Path root) throws IOException {
    Path own = Files.writeString(root.resolve(RunFolder.CONFIG), "# mine\nseed = 2\n");
    String message =
        assertThrows(RunException.class, () -> open(root, Map.of("seed", "2"), false).close())
            .getMessage();
    assertTrue(message.contains("is not empty; name another --out"), message);
    assertEquals("# mine\nseed = 2\n", Files.readString(own));
  }

  /** Killed between the settings and the description. */
  @Test
  void settingsThatARunLeftAreOverwritten(@TempDir Path root) throws IOException {
    Files.writeString(root.resolve(RunFolder.CONFIG), SETTINGS);
    try (RunFolder again = open(root, Map.of("seed", "1"), true)) {
      assertTrue(again.fresh());
    }
  }
}
