package org.intraq.models.file;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle can describe: inert data. Besides these, numbers are {@code Long}, {@code
 * BigInteger} or {@code Double}, truth values {@code Boolean}, texts {@code String}.
 *
 * <p>Containers compare by identity: a hostile pickle can nest them so that a comparison by content
 * would never end.
 */
interface PickleValue {
  /** Python's None, and objects of which nothing but their existence matters. */
  enum Inert implements PickleValue {
    NONE,
    OBJECT
  }

  /** Bytes, held as the Latin-1 text they came as or one byte a char. */
  record Bytes(String latin1) implements PickleValue {
    byte[] toArray() {
      return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /** A tuple. */
  final class Tuple implements PickleValue {
    final Object[] items;

    Tuple(Object... items) {
      this.items = items;
    }
  }

  /** A list or a set. */
  final class Sequence implements PickleValue {
    final List<Object> items = new ArrayList<>(0);
  }

  /**
   * A dict of any kind, in order. Keys are texts or numbers, kept as text (the number 3 as "3"); a
   * key of another kind only gets a stand-in, since nothing that is looked for lies under one.
   */
  final class Dict implements PickleValue {
    private Map<String, Object> map = Collections.emptyMap();

    /** Sets an entry; false when the key is a text longer than any name may be. */
    boolean put(Object key, Object value) {
      String text =
          switch (key) {
            case String s -> s;
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            default -> "(" + kind(key) + " key " + map.size() + ")";
          };
      if (text.length() > Limits.NAME_CHARS) {
        return false;
      }
      if (map.isEmpty()) {
        map = new LinkedHashMap<>(4);
      }
      map.put(text, value);
      return true;
    }

    Map<String, Object> map() {
      return map;
    }
  }

  /** An element type, {@code torch.float32}. */
  record Dtype(ElementType type) implements PickleValue {}

  /** A NumPy element type by its code, {@code f8}. */
  record NumpyDtype(String code) implements PickleValue {}

  /**
   * A storage, or a view of one in the legacy format.
   *
   * @param type its element type, or null when it is untyped and counts bytes
   * @param key its name in the file
   * @param elements the elements that it, or the view, holds
   * @param rootElements the elements of the whole storage
   * @param viewOffset where the view begins, in elements
   */
  record Storage(ElementType type, String key, long elements, long rootElements, long viewOffset)
      implements PickleValue {
    int elementBytes() {
      return type == null ? 1 : type.bytes();
    }
  }

  /** A storage class; null for the untyped one. */
  record StorageClass(ElementType type) implements PickleValue {}

  /**
   * A tensor: element {@code (i0, i1, ..)} is storage element {@code offset + i0 stride0 + ..}.
   *
   * @param type the element type
   * @param offset in elements of {@code type}, from the begin of {@code storage}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record TensorView(ElementType type, Storage storage, long offset, long[] size, long[] stride)
      implements PickleValue {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** A function or class that a pickle may call: it computes a value and does nothing else. */
  @FunctionalInterface
  interface Callable extends PickleValue {
    /** The value, or null when the arguments are of the wrong kind or number. */
    Object call(PickleMachine machine, Object[] arguments);
  }

  /** The word for a value's kind in messages. */
  static String kind(Object value) {
    return switch (value) {
      case null -> "nothing";
      case Inert i -> i == Inert.NONE ? "None" : "object";
      case String s -> "str";
      case Boolean b -> "bool";
      case Double d -> "float";
      case Number n -> "int";
      case Tuple t -> "tuple";
      case Sequence s -> "list";
      case Dict d -> "dict";
      case Bytes b -> "bytes";
      case TensorView t -> "tensor";
      case Storage s -> "storage";
      default -> "object";
    };
  }
}
