package org.intraq.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.intraq.models.data.ImageDataset;

/**
 * Which images an accuracy is of: a hash over their names and labels, in order. Folders are left
 * out, as the same images may lie elsewhere on another machine.
 */
final class MeasuredImages {
  private static final int SHOWN = 16;

  private MeasuredImages() {}

  /**
   * The hash in hexadecimal.
   *
   * @param limit the first so many images only; 0 for all
   */
  static String of(ImageDataset data, int limit) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      int count = count(data, limit);
      for (int i = 0; i < count; i++) {
        String name = data.imageName(i).replaceFirst("^.*[/\\\\]", "");
        digest.update((name + " " + data.label(i) + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** How many images that are. */
  static int count(ImageDataset data, int limit) {
    return limit == 0 ? data.size() : Math.min(limit, data.size());
  }
}
