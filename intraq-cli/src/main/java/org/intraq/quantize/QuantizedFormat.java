package org.intraq.quantize;

import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;

/**
 * The formats of a {@link QuantizedFile}, which its metadata names, and whether a file is whole.
 */
public final class QuantizedFormat {
  /** The metadata key. */
  static final String KEY = "format";

  /** What is written. */
  static final String WRITTEN = "intraq-quantized-3";

  /** What is read besides. */
  static final String BEFORE = "intraq-quantized-2";

  private static final String ANY = "intraq-quantized-";
  private static final int VERSION = Integer.parseInt(WRITTEN.substring(ANY.length()));

  private QuantizedFormat() {}

  /** Whether a weight file says that it is a quantized network, of whatever format. */
  public static boolean claims(TensorFile file) {
    return file.metadata().getOrDefault(KEY, "").startsWith(ANY);
  }

  /**
   * Checks that a file that {@link #claims claims to be one} can be read.
   *
   * @throws WeightFileException if it has a format that is not known here, or its content lacks the
   *     checksum that it should have
   */
  public static void requireReadable(TensorFile file) {
    String format = required(file, KEY);
    if (!format.equals(WRITTEN) && !format.equals(BEFORE)) {
      throw new WeightFileException(
          file.name(),
          "has the format %s, %s; this program reads %s and %s: %s"
              .formatted(
                  WeightFileException.quote(format),
                  isNewer(format) ? "newer than this program's" : "which is not known here",
                  BEFORE,
                  WRITTEN,
                  isNewer(format)
                      ? "use a newer intraq, or quantize anew"
                      : "use the program that wrote it, or quantize anew"));
    }
    if (!required(file, Checksum.KEY).equals(Checksum.of(file.tensors(), file.metadata()))) {
      throw new WeightFileException(
          file.name(), "is damaged: its content does not have the checksum it names; copy it anew");
    }
  }

  private static boolean isNewer(String format) {
    String version = format.substring(ANY.length());
    return version.matches("[1-9]\\d{0,8}") && Integer.parseInt(version) > VERSION;
  }

  /** A value of the metadata that every file of these formats has. */
  static String required(TensorFile file, String key) {
    String value = file.metadata().get(key);
    if (value == null) {
      throw new WeightFileException(file.name(), "its metadata has no '" + key + "'");
    }
    return value;
  }
}
