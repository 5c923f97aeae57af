package org.intraq.quantize;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intraq.config.ConfigException;

/**
 * Bits of weights and of activations; 0 stands for full precision.
 *
 * @param weights 0 or 2 to 8
 * @param activations 0 or 2 to 8
 */
public record Bits(int weights, int activations) {
  /** Full precision. */
  public static final Bits FULL = new Bits(0, 0);

  /** The smallest and the largest width that there is a kernel for. */
  public static final int LEAST = 2;

  public static final int MOST = 8;

  private static final Pattern TEXT = Pattern.compile("(?:w(\\d{1,3}))?(?:a(\\d{1,3}))?");

  /** Checks the widths. */
  public Bits {
    check("weights", weights);
    check("activations", activations);
  }

  private static void check(String of, int bits) {
    if (bits != 0 && (bits < LEAST || bits > MOST)) {
      throw new ConfigException(
          "bits: expected 2 to 8 for " + of + ", got " + bits + "; write for instance w4a4");
    }
  }

  /**
   * Reads {@code w4a4}, {@code W4A4}; {@code w4} or {@code a4} leaves the other in full precision.
   *
   * @throws ConfigException if the text is of another form or a width is outside 2 to 8
   */
  public static Bits parse(String text) {
    Matcher m = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (text.isBlank() || !m.matches()) {
      throw new ConfigException("bits: expected a text such as w4a4, got '" + text + "'");
    }
    return new Bits(number(text, m.group(1)), number(text, m.group(2)));
  }

  private static int number(String text, String digits) {
    if (digits == null) {
      return 0;
    }
    int bits = Integer.parseInt(digits);
    if (bits == 0) {
      throw new ConfigException("bits: expected 2 to 8, got 0 in '" + text + "'");
    }
    return bits;
  }

  /** As {@code w4a4}; what is in full precision is left out, {@code fp32} if both are. */
  @Override
  public String toString() {
    String text = (weights == 0 ? "" : "w" + weights) + (activations == 0 ? "" : "a" + activations);
    return text.isEmpty() ? "fp32" : text;
  }
}
