package org.intraq.deploy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where every value of a program lies: offsets for one image, to be multiplied by the number of
 * images a machine holds.
 *
 * <p>A value lives from the step that writes it to the last one that reads it, both included, so
 * that a step never overwrites what it reads. Values are placed from the largest to the smallest,
 * each at the lowest offset where no living neighbour is. Source: Pisarchyk and Lee, Efficient
 * Memory Management for Deep Neural Net Inference, arXiv 2001.03288 ("greedy by size").
 */
final class Layout {
  /** Elements; a cache line of codes, four of floats. */
  private static final int ALIGNMENT = 64;

  private record Life(Value value, int from, int to) {
    boolean meets(Life other) {
      return from <= other.to && other.from <= to;
    }
  }

  private final Map<Value, Integer> offsets = new HashMap<>();
  private final int guard;
  private int codes;
  private int floats;

  private Layout(int guard) {
    this.guard = guard;
  }

  /**
   * Lays out a program.
   *
   * @param guard elements an image that stay unused between neighbours, for tests
   */
  static Layout of(List<Step> steps, Value input, Value output, int guard) {
    Map<Value, Integer> first = new HashMap<>();
    Map<Value, Integer> last = new HashMap<>();
    first.put(input, 0);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      first.putIfAbsent(step.writes(), i);
      last.put(step.writes(), i);
      for (Value read : step.reads()) {
        last.put(read, i);
      }
      for (Value own : step.scratch()) {
        first.put(own, i);
        last.put(own, i);
      }
    }
    last.put(output, steps.size());
    last.putIfAbsent(input, 0);
    List<Life> lives = new ArrayList<>();
    first.forEach((value, from) -> lives.add(new Life(value, from, last.get(value))));
    lives.sort(
        Comparator.comparingInt((Life l) -> -l.value.size())
            .thenComparingInt(Life::from)
            .thenComparing(l -> l.value.name()));
    Layout layout = new Layout(guard);
    List<Life> placed = new ArrayList<>();
    for (Life life : lives) {
      layout.place(life, placed);
      placed.add(life);
    }
    return layout;
  }

  private void place(Life life, List<Life> placed) {
    List<Value> neighbours = new ArrayList<>();
    for (Life other : placed) {
      if (other.value.isCodes() == life.value.isCodes() && other.meets(life)) {
        neighbours.add(other.value);
      }
    }
    neighbours.sort(Comparator.comparingInt(offsets::get));
    int at = guard;
    for (Value neighbour : neighbours) {
      if (at + room(life.value) <= offsets.get(neighbour)) {
        break;
      }
      at = Math.max(at, offsets.get(neighbour) + room(neighbour));
    }
    offsets.put(life.value, at);
    if (life.value.isCodes()) {
      codes = Math.max(codes, at + room(life.value));
    } else {
      floats = Math.max(floats, at + room(life.value));
    }
  }

  private int room(Value value) {
    return (value.size() + guard + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** First element of a value, for one image. */
  int offset(Value value) {
    return offsets.get(value);
  }

  /** All values that have a place. */
  Iterable<Value> values() {
    return offsets.keySet();
  }

  /** Codes of one image, all values together. */
  int codes() {
    return codes;
  }

  /** Floats of one image, all values together. */
  int floats() {
    return floats;
  }
}
