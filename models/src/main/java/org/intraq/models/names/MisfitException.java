package org.intraq.models.names;

import java.util.List;
import org.intraq.models.file.WeightFileException;

/** The tensors of a weight file are not those of the network; lists all that differ. */
public final class MisfitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> missing;
  private final transient List<String> surplus;
  private final transient List<String> misshapen;

  MisfitException(
      String file,
      String network,
      List<String> missing,
      List<String> surplus,
      List<String> misshapen) {
    super(sentence(file, network, missing, surplus, misshapen));
    this.missing = List.copyOf(missing);
    this.surplus = List.copyOf(surplus);
    this.misshapen = List.copyOf(misshapen);
  }

  private static String sentence(
      String file,
      String network,
      List<String> missing,
      List<String> surplus,
      List<String> misshapen) {
    StringBuilder text =
        new StringBuilder(file).append(": does not fit ").append(network).append(':');
    append(text, " missing ", missing);
    append(text, " surplus ", surplus);
    append(text, " misshapen ", misshapen);
    return text.substring(0, text.length() - 1);
  }

  private static void append(StringBuilder text, String what, List<String> names) {
    if (!names.isEmpty()) {
      text.append(what).append(names.size()).append(" (");
      text.append(String.join(", ", names)).append(");");
    }
  }

  /** Names that the network expects and the file lacks. */
  public List<String> missing() {
    return missing;
  }

  /** Names in the file that the network has no use for, in quotes. */
  public List<String> surplus() {
    return surplus;
  }

  /** Names with both shapes, as {@code output.weight: expected [10, 64], got [100, 64]}. */
  public List<String> misshapen() {
    return misshapen;
  }

  static String quote(String name) {
    return WeightFileException.quote(name);
  }
}
