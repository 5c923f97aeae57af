package org.intraq.tensor;

/**
 * Where storage lies and operations run: {@code cpu}, {@code cuda:0}, {@code cuda:1} ...
 *
 * @param kind the backend's name, {@code cpu} or {@code cuda}
 * @param index ordinal among the devices of that kind
 */
public record Device(String kind, int index) {
  /** The host processor. */
  public static final Device CPU = new Device("cpu", 0);

  /**
   * Reads {@code cpu}, {@code cuda} (the first) or {@code cuda:N}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Device parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String ordinal = colon < 0 ? "0" : text.substring(colon + 1);
    if (kind.isEmpty() || !ordinal.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "device: expected cpu, cuda or cuda:N, got '" + text + "'");
    }
    return new Device(kind, Integer.parseInt(ordinal));
  }

  @Override
  public String toString() {
    return kind.equals("cpu") ? "cpu" : kind + ":" + index;
  }
}
