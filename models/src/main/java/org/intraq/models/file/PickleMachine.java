package org.intraq.models.file;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.intraq.models.file.PickleValue.Bytes;
import org.intraq.models.file.PickleValue.Callable;
import org.intraq.models.file.PickleValue.Dict;
import org.intraq.models.file.PickleValue.Inert;
import org.intraq.models.file.PickleValue.NumpyDtype;
import org.intraq.models.file.PickleValue.Sequence;
import org.intraq.models.file.PickleValue.TensorView;
import org.intraq.models.file.PickleValue.Tuple;

/**
 * Interprets one pickle as a description of data. It runs nothing: opcodes are those that data
 * need, globals those of {@link PickleGlobals}; every other opcode or global ends the reading with
 * its name. Steps (opcodes, and items copied by a call) and memo slots are limited by {@link
 * Limits}.
 *
 * <p>Source: the opcode descriptions in CPython's {@code pickletools.py}, protocols 2 to 5.
 */
final class PickleMachine {
  private static final Map<Integer, String> REFUSED =
      Map.ofEntries(
          Map.entry((int) 'F', "FLOAT"),
          Map.entry((int) 'I', "INT"),
          Map.entry((int) 'L', "LONG"),
          Map.entry((int) 'P', "PERSID"),
          Map.entry((int) 'S', "STRING"),
          Map.entry((int) 'V', "UNICODE"),
          Map.entry((int) 'g', "GET"),
          Map.entry((int) 'i', "INST"),
          Map.entry((int) 'o', "OBJ"),
          Map.entry((int) 'p', "PUT"),
          Map.entry(0x82, "EXT1"),
          Map.entry(0x83, "EXT2"),
          Map.entry(0x84, "EXT4"),
          Map.entry(0x91, "FROZENSET"),
          Map.entry(0x92, "NEWOBJ_EX"),
          Map.entry(0x96, "BYTEARRAY8"),
          Map.entry(0x97, "NEXT_BUFFER"),
          Map.entry(0x98, "READONLY_BUFFER"));

  private final ByteCursor in;
  private final Function<Tuple, Object> persistent;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private Object[] memo = new Object[64];
  private int memoSize;
  private int steps;

  private PickleMachine(ByteCursor in, Function<Tuple, Object> persistent) {
    this.in = in;
    this.persistent = persistent;
  }

  /**
   * Reads one pickle; the cursor is left behind it.
   *
   * @param persistent gives the value of a persistent id, or null when it is none
   */
  static Object load(ByteCursor in, Function<Tuple, Object> persistent) {
    return new PickleMachine(in, persistent).run();
  }

  /** Counts work that is not an opcode: items copied by a call. */
  void charge(int items) {
    if (items > Limits.PICKLE_STEPS - steps) {
      throw in.failure("pickle takes more than " + Limits.PICKLE_STEPS + " steps");
    }
    steps += items;
  }

  private Object run() {
    if (in.u8() != 0x80) {
      throw in.failure("no pickle of protocol 2 or later");
    }
    int protocol = in.u8();
    if (protocol < 2 || protocol > 5) {
      throw in.failure("pickle of protocol " + protocol);
    }
    while (true) {
      charge(1);
      int op = in.u8();
      if (op == '.') {
        return pop();
      }
      if (!number(op) && !text(op) && !container(op) && !memo(op) && !call(op)) {
        String name = REFUSED.get(op);
        throw in.failure(
            "pickle opcode %s refused".formatted(name != null ? name : "0x%02X".formatted(op)));
      }
    }
  }

  private boolean number(int op) {
    switch (op) {
      case 'N' -> push(Inert.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 'J' -> push((long) in.i32());
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
      case 0x8A -> push(integer(in.u8()));
      case 0x8B -> push(integer(in.u32()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A little-endian two's complement of at most 255 bytes. */
  private Object integer(long bytes) {
    if (bytes > 255) {
      throw in.failure("pickle holds an integer of " + bytes + " bytes");
    }
    byte[] word = in.bytes(bytes);
    for (int i = 0, j = word.length - 1; i < j; i++, j--) {
      byte swap = word[i];
      word[i] = word[j];
      word[j] = swap;
    }
    BigInteger value = word.length == 0 ? BigInteger.ZERO : new BigInteger(word);
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  private boolean text(int op) {
    switch (op) {
      case 'X' -> push(in.text(in.u32()));
      case 0x8C -> push(in.text(in.u8()));
      case 0x8D -> push(in.text(in.i64()));
      // Python 2's str: bytes or text, which names are.
      case 'T' -> push(latin1(in.u32()));
      case 'U' -> push(latin1(in.u8()));
      case 'B' -> push(new Bytes(latin1(in.u32())));
      case 'C' -> push(new Bytes(latin1(in.u8())));
      case 0x8E -> push(new Bytes(latin1(in.i64())));
      default -> {
        return false;
      }
    }
    return true;
  }

  private String latin1(long bytes) {
    return new String(in.bytes(bytes), StandardCharsets.ISO_8859_1);
  }

  private boolean container(int op) {
    switch (op) {
      case '}' -> push(new Dict());
      case ']', 0x8F -> push(new Sequence());
      case ')' -> push(new Tuple());
      case '(' -> marks.add(stack.size());
      case '1' -> popMark();
      case '0' -> pop();
      case '2' -> push(top());
      case 't' -> push(new Tuple(popMark()));
      case 0x85 -> push(new Tuple(popMany(1)));
      case 0x86 -> push(new Tuple(popMany(2)));
      case 0x87 -> push(new Tuple(popMany(3)));
      case 'l' -> {
        Object[] items = popMark();
        push(new Sequence());
        append(items);
      }
      case 'd' -> {
        Object[] items = popMark();
        push(new Dict());
        setItems(items);
      }
      case 'a' -> append(popMany(1));
      case 'e', 0x90 -> append(popMark());
      case 's' -> setItems(popMany(2));
      case 'u' -> setItems(popMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void append(Object[] items) {
    if (!(top() instanceof Sequence list)) {
      throw in.failure("pickle appends to a " + PickleValue.kind(top()));
    }
    list.items.addAll(Arrays.asList(items));
  }

  private void setItems(Object[] items) {
    if (!(top() instanceof Dict dict) || items.length % 2 != 0) {
      throw in.failure(
          "pickle sets %d items of a %s".formatted(items.length, PickleValue.kind(top())));
    }
    for (int i = 0; i < items.length; i += 2) {
      set(dict, items[i], items[i + 1]);
    }
  }

  private void set(Dict dict, Object key, Object value) {
    if (!dict.put(key, value)) {
      throw in.failure("pickle holds a dict key of more than " + Limits.NAME_CHARS + " characters");
    }
  }

  private boolean memo(int op) {
    switch (op) {
      case 'q' -> store(in.u8());
      case 'r' -> store(in.u32());
      case 0x94 -> store(memoSize);
      case 'h' -> push(recall(in.u8()));
      case 'j' -> push(recall(in.u32()));
      case 0x95 -> frame(in.i64());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A frame only announces bytes that follow. */
  private void frame(long bytes) {
    if (bytes < 0 || bytes > in.remaining()) {
      throw in.failure("pickle frame of " + bytes + " bytes, " + in.remaining() + " are left");
    }
  }

  private void store(long slot) {
    if (slot >= Limits.PICKLE_MEMO) {
      throw in.failure("pickle memo slot " + slot + ", more than allowed");
    }
    int at = (int) slot;
    if (at >= memo.length) {
      memo = Arrays.copyOf(memo, Math.max(at + 1, 2 * memo.length));
    }
    if (memo[at] == null) {
      memoSize++;
    }
    memo[at] = top();
  }

  private Object recall(long slot) {
    Object value = slot < memo.length ? memo[(int) slot] : null;
    if (value == null) {
      throw in.failure("pickle recalls memo slot " + slot + ", which is empty");
    }
    return value;
  }

  private boolean call(int op) {
    switch (op) {
      case 'c' -> push(global(in.line(512), in.line(512)));
      case 0x93 -> {
        Object[] two = popMany(2);
        if (!(two[0] instanceof String module) || !(two[1] instanceof String name)) {
          throw in.failure("pickle names a global by what is no text");
        }
        push(global(module, name));
      }
      case 'R', 0x81 -> {
        Object[] two = popMany(2);
        push(apply(two[0], two[1]));
      }
      case 'b' -> build(pop());
      case 'Q' -> {
        Object value = pop() instanceof Tuple id ? persistent.apply(id) : null;
        if (value == null) {
          throw in.failure("pickle holds a persistent id that names no storage");
        }
        push(value);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private Object global(String module, String name) {
    Object value = PickleGlobals.find(module, name);
    if (value == null) {
      String full = module + "." + name;
      throw in.failure(
          "pickle asks for %s, which is not among the data that checkpoints hold: refused; of a whole model save its state_dict()"
              .formatted(WeightFileException.quote(full)));
    }
    return value;
  }

  private Object apply(Object callable, Object arguments) {
    if (!(callable instanceof Callable c) || !(arguments instanceof Tuple t)) {
      throw in.failure("pickle calls a " + PickleValue.kind(callable));
    }
    Object value = c.call(this, t.items);
    if (value == null) {
      throw in.failure("pickle rebuilds a value from arguments of the wrong kind");
    }
    return value;
  }

  /** Attributes: those of a namespace matter, those of dicts, tensors and types do not. */
  private void build(Object state) {
    switch (top()) {
      case Dict target -> {
        boolean attributes = state instanceof Dict d && !d.map().containsKey("_metadata");
        if (attributes && target.map().isEmpty()) {
          Map<String, Object> values = ((Dict) state).map();
          charge(values.size());
          values.forEach((key, value) -> set(target, key, value));
        }
      }
      case TensorView t -> {}
      case NumpyDtype d -> {}
      default -> throw in.failure("pickle sets attributes of a " + PickleValue.kind(top()));
    }
  }

  private void push(Object value) {
    stack.add(value);
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private Object top() {
    if (stack.size() <= floor()) {
      throw in.failure("pickle takes from an empty stack");
    }
    return stack.getLast();
  }

  private Object pop() {
    top();
    return stack.removeLast();
  }

  private Object[] popMany(int n) {
    if (stack.size() - n < floor()) {
      throw in.failure("pickle takes from an empty stack");
    }
    List<Object> tail = stack.subList(stack.size() - n, stack.size());
    Object[] out = tail.toArray();
    tail.clear();
    return out;
  }

  private Object[] popMark() {
    if (marks.isEmpty()) {
      throw in.failure("pickle closes a mark that it never set");
    }
    int n = stack.size() - marks.getLast();
    Object[] out = popMany(n);
    marks.removeLast();
    return out;
  }
}
