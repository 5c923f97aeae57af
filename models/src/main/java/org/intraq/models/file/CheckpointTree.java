package org.intraq.models.file;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.models.file.PickleValue.Dict;
import org.intraq.models.file.PickleValue.Sequence;
import org.intraq.models.file.PickleValue.TensorView;
import org.intraq.models.file.PickleValue.Tuple;

/**
 * Finds the weights in what a checkpoint's pickle describes.
 *
 * <p>Training scripts wrap the state dict: {@code {"epoch": 164, "state_dict": {...}, "optimizer":
 * ...}}. The wrapper is recognised by its usual keys and taken off, repeatedly; nested dicts and
 * lists become dotted names; a prefix {@code module.} (DataParallel) or {@code _orig_mod.}
 * (compiled modules) that all names share is dropped. Scalars beside the weights become metadata.
 */
final class CheckpointTree {
  private static final List<String> WRAPPERS =
      List.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "net",
          "network",
          "module",
          "weights",
          "params");

  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

  private final ByteSource source;
  private final Map<String, TensorView> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private int steps;
  private long nameChars;

  CheckpointTree(ByteSource source, Object root) {
    this.source = source;
    Object inner = unwrap(root);
    collect("", inner, 0);
    dropPrefixes();
  }

  /** The weights by name, in the file's order. */
  Map<String, TensorView> tensors() {
    return tensors;
  }

  /** Scalars and texts beside the weights. */
  Map<String, String> metadata() {
    return metadata;
  }

  private Object unwrap(Object root) {
    Object at = root;
    StringBuilder path = new StringBuilder();
    for (int level = 0; level < 4 && at instanceof Dict dict; level++) {
      String key = wrapperKey(dict);
      if (key == null) {
        break;
      }
      scalars(path.toString(), dict);
      path.append(key).append('.');
      at = dict.map().get(key);
    }
    if (!path.isEmpty()) {
      metadata.put("wrapper", path.substring(0, path.length() - 1));
    }
    return at;
  }

  private static String wrapperKey(Dict dict) {
    for (String key : WRAPPERS) {
      if (dict.map().get(key) instanceof Dict inner && holdsTensor(inner)) {
        return key;
      }
    }
    return null;
  }

  private static boolean holdsTensor(Object root) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Object> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      Object at = open.removeLast();
      if (at instanceof TensorView) {
        return true;
      }
      if ((at instanceof Dict || at instanceof Sequence) && seen.add(at)) {
        open.addAll(at instanceof Dict d ? d.map().values() : ((Sequence) at).items);
      }
    }
    return false;
  }

  private void scalars(String prefix, Dict dict) {
    dict.map().forEach((key, value) -> scalar(prefix + key, value));
  }

  private void scalar(String key, Object value) {
    boolean plain = value instanceof Number || value instanceof Boolean || value instanceof String;
    if (plain && metadata.size() < Limits.METADATA) {
      String text = value.toString();
      if (text.length() <= Limits.NAME_CHARS) {
        metadata.put(key, text);
      }
    }
  }

  private void collect(String name, Object value, int depth) {
    if (++steps > Limits.PICKLE_STEPS) {
      throw source.failure("checkpoint nests its containers without end");
    }
    if (depth > Limits.DEPTH) {
      throw source.failure("checkpoint nests containers more than " + Limits.DEPTH + " deep");
    }
    switch (value) {
      case TensorView view -> add(name.isEmpty() ? "tensor" : name, view);
      case Dict dict ->
          dict.map().forEach((key, item) -> collect(join(name, key), item, depth + 1));
      case Sequence list -> collectItems(name, list.items, depth);
      case Tuple tuple -> collectItems(name, List.of(tuple.items), depth);
      default -> scalar(name, value);
    }
  }

  private void collectItems(String name, List<Object> items, int depth) {
    for (int i = 0; i < items.size(); i++) {
      collect(join(name, Integer.toString(i)), items.get(i), depth + 1);
    }
  }

  private String join(String name, String key) {
    String joined = name.isEmpty() ? key : name + "." + key;
    if (joined.length() > Limits.NAME_CHARS) {
      throw source.failure(
          "checkpoint has names of more than " + Limits.NAME_CHARS + " characters");
    }
    return joined;
  }

  private void add(String name, TensorView view) {
    nameChars += name.length();
    if (tensors.size() == Limits.TENSORS || nameChars > Limits.ALL_NAME_CHARS) {
      throw source.failure("more than " + Limits.TENSORS + " tensors, or names too long");
    }
    if (tensors.put(name, view) != null) {
      throw source.failure("holds two tensors named " + WeightFileException.quote(name));
    }
  }

  private void dropPrefixes() {
    for (boolean again = true; again; ) {
      again = false;
      for (String prefix : PREFIXES) {
        if (!tensors.isEmpty()
            && tensors.keySet().stream()
                .allMatch(n -> n.startsWith(prefix) && n.length() > prefix.length())) {
          dropPrefix(prefix);
          again = true;
        }
      }
    }
  }

  private void dropPrefix(String prefix) {
    Map<String, TensorView> renamed = new LinkedHashMap<>();
    tensors.forEach((name, view) -> renamed.put(name.substring(prefix.length()), view));
    tensors.clear();
    tensors.putAll(renamed);
    metadata.merge("prefix", prefix, (a, b) -> a + b);
  }
}
