package org.intraq.cuda.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of a launch, in the order of the kernel's parameters.
 *
 * <p>{@link #signature} spells their kinds: p pointer, i int, l long, f float, s(n) a structure of
 * n bytes. The tests compare it with the kernel's own.
 */
public final class Args {
  private final List<Object> values = new ArrayList<>();
  private final StringBuilder signature = new StringBuilder();
  private final StringBuilder text = new StringBuilder();

  /** A device address; 0 is a null pointer. */
  public Args pointer(long address) {
    return add("p", new long[] {address}, "0x" + Long.toHexString(address));
  }

  /** An int. */
  public Args integer(int value) {
    return add("i", new int[] {value}, Integer.toString(value));
  }

  /** A long long. */
  public Args wide(long value) {
    return add("l", new long[] {value}, Long.toString(value));
  }

  /** A float. */
  public Args real(float value) {
    return add("f", new float[] {value}, Float.toString(value));
  }

  /** A structure of ints, by value. */
  public Args struct(int... fields) {
    return add(
        "s(" + fields.length * Integer.BYTES + ")",
        fields.clone(),
        java.util.Arrays.toString(fields));
  }

  private Args add(String kind, Object value, String shown) {
    signature.append(kind);
    text.append(text.isEmpty() ? "" : ", ").append(shown);
    values.add(value);
    return this;
  }

  /** Each argument as an array of its words: long[], int[] or float[]. */
  public List<Object> values() {
    return values;
  }

  /** The kinds. */
  public String signature() {
    return signature.toString();
  }

  /** The values, for messages. */
  @Override
  public String toString() {
    return "(" + text + ")";
  }
}
