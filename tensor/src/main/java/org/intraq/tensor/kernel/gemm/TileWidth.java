package org.intraq.tensor.kernel.gemm;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * How wide the vectors of the register tiles are. It changes the speed, never a bit of a result:
 * every sum runs over K in the same order at every width.
 *
 * <p>Two panels of B side by side are computed with 512 bits wherever the processor has them. For a
 * single panel that pays only where there are two 512-bit multiply-add units: with one, or with
 * 256-bit units that work in pairs (Zen 4), 256 bits reach the same peak with half of the
 * broadcasts. The system property {@code intraq.vector} is {@code auto} (the default), {@code 256}
 * or {@code 512}; {@code auto} goes by the processor's name, so that the choice is the same at
 * every start.
 */
final class TileWidth {
  private static final String ASKED =
      System.getProperty("intraq.vector", "auto").toLowerCase(Locale.ROOT);
  private static final int ZEN_5 = 26;

  /** Whether two full panels of B take vectors of 512 bits. */
  static final boolean PAIRS =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512 && !ASKED.equals("256");

  /** Whether a single panel does. */
  static final boolean SINGLES = PAIRS && (ASKED.equals("512") || twoUnits(processor()));

  private TileWidth() {}

  private static List<String> processor() {
    try (BufferedReader lines =
        new BufferedReader(new FileReader("/proc/cpuinfo", StandardCharsets.UTF_8))) {
      return lines.lines().limit(30).toList();
    } catch (IOException | SecurityException e) {
      return List.of();
    }
  }

  /**
   * Whether the processor that Linux describes like this has two 512-bit multiply-add units:
   * Intel's server processors with AVX-512 (few of the smallest have one), AMD from Zen 5 on.
   */
  static boolean twoUnits(List<String> lines) {
    boolean xeon = false;
    boolean amd = false;
    int family = 0;
    for (String line : lines) {
      int colon = line.indexOf(':');
      String key = colon < 0 ? line : line.substring(0, colon).strip();
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      switch (key) {
        case "vendor_id" -> amd = value.equals("AuthenticAMD");
        case "model name" -> xeon = value.contains("Xeon");
        case "cpu family" -> family = value.matches("\\d{1,4}") ? Integer.parseInt(value) : 0;
        default -> {}
      }
    }
    return amd ? family >= ZEN_5 : xeon;
  }
}
