package org.intraq.models.net;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tensors of a network on the host, under the network's own names and in PyTorch's layout ([OC,
 * IC / groups, KH, KW], [OUT, IN], [C]).
 */
public final class Weights {
  /** One tensor. */
  public record Entry(int[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Adds or replaces a tensor. */
  public void put(String name, int[] shape, float[] values) {
    long size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "weights: expected " + size + " values for " + name + ", got " + values.length);
    }
    entries.put(name, new Entry(shape.clone(), values));
  }

  /** All tensors in insertion order; the live map. */
  public Map<String, Entry> entries() {
    return entries;
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Entry get(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "weights: expected a tensor '" + name + "', got none of that name");
    }
    return entry;
  }
}
