package org.intraq.models.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.intraq.models.file.PickleValue.Bytes;
import org.intraq.models.file.PickleValue.Callable;
import org.intraq.models.file.PickleValue.Dict;
import org.intraq.models.file.PickleValue.Dtype;
import org.intraq.models.file.PickleValue.Inert;
import org.intraq.models.file.PickleValue.NumpyDtype;
import org.intraq.models.file.PickleValue.Sequence;
import org.intraq.models.file.PickleValue.Storage;
import org.intraq.models.file.PickleValue.StorageClass;
import org.intraq.models.file.PickleValue.TensorView;
import org.intraq.models.file.PickleValue.Tuple;

/**
 * The fixed set of globals that a checkpoint's pickle may name, each with its meaning in Java. What
 * is not here is refused by name; what is here makes inert values only.
 *
 * <p>Source: {@code torch/_utils.py}, {@code torch/_weights_only_unpickler.py} name what {@code
 * torch.save} writes.
 */
final class PickleGlobals {
  private static final Map<String, Object> KNOWN = new HashMap<>();

  private static final Map<String, ElementType> DTYPES =
      Map.ofEntries(
          Map.entry("float64", ElementType.F64),
          Map.entry("double", ElementType.F64),
          Map.entry("float32", ElementType.F32),
          Map.entry("float", ElementType.F32),
          Map.entry("float16", ElementType.F16),
          Map.entry("half", ElementType.F16),
          Map.entry("bfloat16", ElementType.BF16),
          Map.entry("int64", ElementType.I64),
          Map.entry("long", ElementType.I64),
          Map.entry("int32", ElementType.I32),
          Map.entry("int", ElementType.I32),
          Map.entry("int16", ElementType.I16),
          Map.entry("short", ElementType.I16),
          Map.entry("int8", ElementType.I8),
          Map.entry("uint64", ElementType.U64),
          Map.entry("uint32", ElementType.U32),
          Map.entry("uint16", ElementType.U16),
          Map.entry("uint8", ElementType.U8),
          Map.entry("bool", ElementType.BOOL));

  private static final Map<String, ElementType> STORAGES =
      Map.of(
          "DoubleStorage", ElementType.F64,
          "FloatStorage", ElementType.F32,
          "HalfStorage", ElementType.F16,
          "BFloat16Storage", ElementType.BF16,
          "LongStorage", ElementType.I64,
          "IntStorage", ElementType.I32,
          "ShortStorage", ElementType.I16,
          "CharStorage", ElementType.I8,
          "ByteStorage", ElementType.U8,
          "BoolStorage", ElementType.BOOL);

  static {
    DTYPES.forEach((name, type) -> KNOWN.put("torch." + name, new Dtype(type)));
    STORAGES.forEach((name, type) -> KNOWN.put("torch." + name, new StorageClass(type)));
    KNOWN.put("torch.storage.UntypedStorage", new StorageClass(null));
    KNOWN.put("torch.storage._UntypedStorage", new StorageClass(null));

    // Rebuilding of tensors.
    callable("torch._utils._rebuild_tensor", (m, a) -> rebuild(m, a, 4, 4, false));
    callable("torch._utils._rebuild_tensor_v2", (m, a) -> rebuild(m, a, 6, 7, false));
    callable("torch._utils._rebuild_tensor_v3", (m, a) -> rebuild(m, a, 7, 8, true));
    callable("torch._utils._rebuild_parameter", (m, a) -> tensorAmong(a, 3));
    callable("torch._utils._rebuild_parameter_with_state", (m, a) -> tensorAmong(a, 4));
    callable("torch.nn.parameter.Parameter", (m, a) -> tensorAmong(a, 2));
    KNOWN.put("torch.nn.parameter.Buffer", KNOWN.get("torch.nn.parameter.Parameter"));
    KNOWN.put("torch._tensor.Tensor", Inert.OBJECT);
    KNOWN.put("torch.Tensor", Inert.OBJECT);
    callable("torch._tensor._rebuild_from_type_v2", PickleGlobals::rebuildFromType);

    // Containers and plain values.
    callable("collections.OrderedDict", PickleGlobals::dict);
    callable("collections.defaultdict", (m, a) -> a.length <= 1 ? new Dict() : null);
    callable("collections.Counter", PickleGlobals::dict);
    callable("argparse.Namespace", (m, a) -> a.length == 0 ? new Dict() : null);
    callable("torch.Size", (m, a) -> a.length == 1 && a[0] instanceof Tuple ? a[0] : null);
    callable("torch.device", (m, a) -> Inert.OBJECT);
    callable("_codecs.encode", PickleGlobals::encode);
    for (String builtins : new String[] {"builtins.", "__builtin__."}) {
      callable(builtins + "set", (m, a) -> a.length == 1 && a[0] instanceof Sequence ? a[0] : null);
      for (String type : new String[] {"dict", "list", "int", "float", "str", "bool"}) {
        KNOWN.put(builtins + type, Inert.OBJECT);
      }
    }

    // NumPy scalars, which training scripts store as their best accuracy.
    for (String numpy : new String[] {"numpy.core.", "numpy._core."}) {
      callable(numpy + "multiarray.scalar", (m, a) -> scalar(a));
    }
    callable(
        "numpy.dtype",
        (m, a) -> a.length >= 1 && a[0] instanceof String s ? new NumpyDtype(s) : null);
  }

  private PickleGlobals() {}

  private static void callable(String name, Callable callable) {
    KNOWN.put(name, callable);
  }

  /** The meaning of {@code module.name}, or null when it is not in the set. */
  static Object find(String module, String name) {
    return KNOWN.get(module + "." + name);
  }

  /** storage, offset, size, stride, requires_grad, backward_hooks[, dtype][, metadata]. */
  private static Object rebuild(PickleMachine m, Object[] a, int least, int most, boolean typed) {
    if (a.length < least || a.length > most) {
      return null;
    }
    if (!(a[0] instanceof Storage storage) || !(a[1] instanceof Long offset)) {
      return null;
    }
    long[] size = longs(m, a[2]);
    long[] stride = longs(m, a[3]);
    ElementType type = typed ? a[6] instanceof Dtype d ? d.type() : null : storage.type();
    if (size == null || stride == null || size.length != stride.length || type == null) {
      return null;
    }
    return new TensorView(type, storage, offset, size, stride);
  }

  private static long[] longs(PickleMachine m, Object value) {
    if (!(value instanceof Tuple t) || t.items.length > Limits.RANK) {
      return null;
    }
    m.charge(t.items.length);
    long[] out = new long[t.items.length];
    for (int i = 0; i < out.length; i++) {
      if (!(t.items[i] instanceof Long v)) {
        return null;
      }
      out[i] = v;
    }
    return out;
  }

  private static Object tensorAmong(Object[] a, int most) {
    return a.length >= 1 && a.length <= most && a[0] instanceof TensorView t ? t : null;
  }

  /** function, type, arguments, state: the function is one of this set, the rest is decoration. */
  private static Object rebuildFromType(PickleMachine m, Object[] a) {
    boolean fits = a.length == 4 && a[0] instanceof Callable && a[2] instanceof Tuple;
    // One level: a function that is this one again would let a pickle recurse.
    if (!fits || a[0] == KNOWN.get("torch._tensor._rebuild_from_type_v2")) {
      return null;
    }
    return ((Callable) a[0]).call(m, ((Tuple) a[2]).items);
  }

  /** An empty dict, the dict given, or one of the pairs given. */
  private static Object dict(PickleMachine m, Object[] a) {
    if (a.length == 0) {
      return new Dict();
    }
    if (a.length == 1 && a[0] instanceof Dict d) {
      return d;
    }
    if (a.length != 1 || !(a[0] instanceof Sequence pairs)) {
      return null;
    }
    m.charge(pairs.items.size());
    Dict out = new Dict();
    for (Object pair : pairs.items) {
      Object[] two = items(pair);
      if (two.length != 2 || !out.put(two[0], two[1])) {
        return null;
      }
    }
    return out;
  }

  private static Object[] items(Object pair) {
    return switch (pair) {
      case Tuple t -> t.items;
      case Sequence s -> s.items.subList(0, Math.min(3, s.items.size())).toArray();
      default -> new Object[0];
    };
  }

  /** Protocol 2 has no bytes: Python 3 writes them as a Latin-1 text to be encoded. */
  private static Object encode(PickleMachine m, Object[] a) {
    boolean fits = a.length == 2 && a[0] instanceof String && "latin1".equals(a[1]);
    return fits ? new Bytes((String) a[0]) : null;
  }

  private static Object scalar(Object[] a) {
    if (a.length != 2 || !(a[0] instanceof NumpyDtype dtype)) {
      return null;
    }
    String text = a[1] instanceof Bytes b ? b.latin1() : a[1] instanceof String s ? s : null;
    if (text == null || text.length() > 8) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(new Bytes(text).toArray()).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype.code() + ":" + in.limit()) {
      case "f8:8" -> in.getDouble();
      case "f4:4" -> (double) in.getFloat();
      case "f2:2" -> (double) Float.float16ToFloat(in.getShort());
      case "i8:8" -> in.getLong();
      case "i4:4" -> (long) in.getInt();
      case "b1:1" -> in.get() != 0;
      default -> null;
    };
  }
}
