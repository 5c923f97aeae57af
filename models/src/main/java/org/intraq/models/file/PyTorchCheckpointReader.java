package org.intraq.models.file;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.models.file.PickleValue.Dict;
import org.intraq.models.file.PickleValue.Sequence;
import org.intraq.models.file.PickleValue.Storage;
import org.intraq.models.file.PickleValue.StorageClass;
import org.intraq.models.file.PickleValue.TensorView;
import org.intraq.models.file.PickleValue.Tuple;

/**
 * Reads PyTorch checkpoints of both kinds.
 *
 * <pre>
 *   zip (since 1.6)                    legacy stream
 *     NAME/data.pkl     the pickle       pickle: magic number      pickle: protocol version 1001
 *     NAME/data/KEY     one storage      pickle: byte order ...    pickle: the object
 *     NAME/byteorder    little           pickle: storage keys      storages: i64 count, elements
 * </pre>
 *
 * <p>The pickle names storages by persistent ids {@code ("storage", class, key, device, elements[,
 * view])} and builds tensors as strided views of them; views, offsets and shared storages are
 * honoured. A tensor is read from the file when it is asked for. Source: {@code
 * torch/serialization.py}.
 */
public final class PyTorchCheckpointReader {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private final ByteSource source;
  private final WeightFormat format;

  /** Where each storage's bytes lie, by key. */
  private final Map<String, ByteSource> storages = new HashMap<>();

  private long storageBytes;

  private PyTorchCheckpointReader(ByteSource source, WeightFormat format) {
    this.source = source;
    this.format = format;
  }

  /**
   * Lists the weights of a checkpoint, of either kind; {@link WeightFiles#open} also looks into a
   * {@code .zip} that holds one.
   *
   * @throws WeightFileException when the file cannot be read, is no checkpoint, or is broken
   */
  public static TensorFile read(Path file) {
    ByteSource source = ByteSource.of(file);
    byte[] head = source.bytes(0, (int) Math.min(source.size(), 4));
    return ZipArchive.recognizes(head)
        ? readZip(source, ZipArchive.open(source))
        : readLegacy(source);
  }

  /** Whether the content begins like a pickle of protocol 2 or later. */
  static boolean recognizesLegacy(byte[] head) {
    return head.length >= 2 && (head[0] & 0xFF) == 0x80 && head[1] >= 2 && head[1] <= 5;
  }

  /** The prefix of a checkpoint's entries, {@code archive/}, or null when the zip holds none. */
  static String zipPrefix(ByteSource source, ZipArchive zip) {
    String prefix = null;
    for (ZipArchive.Entry e : zip.entries()) {
      if (e.name().equals("data.pkl") || e.name().endsWith("/data.pkl")) {
        if (prefix != null) {
          throw source.failure("zip archive holds more than one data.pkl");
        }
        prefix = e.name().substring(0, e.name().length() - "data.pkl".length());
      }
    }
    return prefix;
  }

  static TensorFile readZip(ByteSource source, ZipArchive zip) {
    String prefix = zipPrefix(source, zip);
    if (prefix == null) {
      throw source.failure("zip archive without a data.pkl is no PyTorch checkpoint");
    }
    if (zip.entry(prefix + "constants.pkl") != null) {
      throw source.failure("is a TorchScript program, not a checkpoint; save its state_dict()");
    }
    String order = zip.smallText(prefix + "byteorder");
    if (order != null && !order.equals("little")) {
      throw source.failure("byte order " + WeightFileException.quote(order) + " is not supported");
    }
    PyTorchCheckpointReader reader = new PyTorchCheckpointReader(source, WeightFormat.PYTORCH_ZIP);
    ByteSource pickle = zip.content(zip.entry(prefix + "data.pkl"));
    ByteCursor in = new ByteCursor(pickle, 0, reader.pickleEnd(0, pickle.size()));
    Object root = PickleMachine.load(in, id -> reader.zipStorage(zip, prefix, id));
    return reader.build(root);
  }

  static TensorFile readLegacy(ByteSource source) {
    PyTorchCheckpointReader reader =
        new PyTorchCheckpointReader(source, WeightFormat.PYTORCH_LEGACY);
    ByteCursor in = new ByteCursor(source, 0, Math.min(source.size(), Limits.PICKLE_BYTES));
    if (!MAGIC.equals(PickleMachine.load(in, id -> null))) {
      throw source.failure("is a pickle, but no PyTorch checkpoint");
    }
    if (!Long.valueOf(PROTOCOL).equals(PickleMachine.load(in, id -> null))) {
      throw source.failure("PyTorch checkpoint of an unknown protocol version");
    }
    Object system = PickleMachine.load(in, id -> null);
    if (system instanceof Dict d && Boolean.FALSE.equals(d.map().get("little_endian"))) {
      throw source.failure("byte order 'big' is not supported");
    }
    Map<String, Storage> roots = new HashMap<>();
    Object root = PickleMachine.load(in, id -> legacyStorage(roots, id));
    Object keys = PickleMachine.load(in, id -> null);
    reader.placeLegacyStorages(roots, keys, in.position());
    return reader.build(root);
  }

  private long pickleEnd(long start, long end) {
    if (end - start > Limits.PICKLE_BYTES) {
      throw source.failure(
          "pickle of %d bytes, more than the %d allowed"
              .formatted(end - start, Limits.PICKLE_BYTES));
    }
    return end;
  }

  /** ("storage", class, key, device, elements). */
  private static Storage storage(Tuple id, int length) {
    Object[] a = id.items;
    boolean fits =
        a.length == length
            && "storage".equals(a[0])
            && a[1] instanceof StorageClass
            && a[2] instanceof String key
            && key.length() <= Limits.NAME_CHARS
            && a[4] instanceof Long n
            && n >= 0
            && n <= 1L << 59;
    if (!fits) {
      return null;
    }
    long elements = (Long) a[4];
    return new Storage(((StorageClass) a[1]).type(), (String) a[2], elements, elements, 0);
  }

  private Object zipStorage(ZipArchive zip, String prefix, Tuple id) {
    Storage s = storage(id, 5);
    if (s == null) {
      return null;
    }
    ByteSource content = storages.get(s.key());
    if (content == null) {
      ZipArchive.Entry entry = zip.entry(prefix + "data/" + s.key());
      if (entry == null) {
        throw source.failure("has no storage " + WeightFileException.quote(s.key()));
      }
      content = zip.content(entry);
      storages.put(s.key(), content);
      storageBytes += content.size();
    }
    checkStorage(s, content.size());
    return s;
  }

  private void checkStorage(Storage s, long bytes) {
    if (s.rootElements() * s.elementBytes() != bytes) {
      throw source.failure(
          "storage %s should hold %d elements of %d bytes, but has %d bytes"
              .formatted(
                  WeightFileException.quote(s.key()), s.rootElements(), s.elementBytes(), bytes));
    }
  }

  /** As in the zip kind, and a view: None, or (key, offset, elements). */
  private static Object legacyStorage(Map<String, Storage> roots, Tuple id) {
    Storage root = storage(id, 6);
    if (root == null || root.type() == null) {
      return null;
    }
    Storage known = roots.putIfAbsent(root.key(), root);
    if (known != null && !known.equals(root)) {
      return null;
    }
    if (id.items[5] == PickleValue.Inert.NONE) {
      return root;
    }
    boolean fits =
        id.items[5] instanceof Tuple view
            && view.items.length == 3
            && view.items[1] instanceof Long
            && view.items[2] instanceof Long;
    if (!fits) {
      return null;
    }
    Object[] view = ((Tuple) id.items[5]).items;
    long offset = (Long) view[1];
    long elements = (Long) view[2];
    if (offset < 0 || elements < 0 || offset > root.elements() - elements) {
      return null;
    }
    return new Storage(root.type(), root.key(), elements, root.elements(), offset);
  }

  /** The storages follow the pickles in the order of their keys, each after its element count. */
  private void placeLegacyStorages(Map<String, Storage> roots, Object keys, long start) {
    if (!(keys instanceof Sequence list)) {
      throw source.failure("PyTorch checkpoint without a list of storage keys");
    }
    long at = start;
    for (Object key : list.items) {
      Storage s = key instanceof String k ? roots.get(k) : null;
      if (s == null || storages.containsKey(s.key())) {
        throw source.failure("PyTorch checkpoint lists a storage that it does not use, or twice");
      }
      long elements = new ByteCursor(source, at, Math.min(at + 8, source.size())).i64();
      long bytes = s.elements() * s.elementBytes();
      if (elements != s.elements()) {
        throw source.failure(
            "storage %s should hold %d elements, but has %d"
                .formatted(WeightFileException.quote(s.key()), s.elements(), elements));
      }
      storages.put(s.key(), source.slice(at + 8, bytes));
      storageBytes += bytes;
      at += 8 + bytes;
    }
    for (String key : roots.keySet()) {
      if (!storages.containsKey(key)) {
        throw source.failure("has no storage " + WeightFileException.quote(key));
      }
    }
  }

  private TensorFile build(Object root) {
    CheckpointTree tree = new CheckpointTree(source, root);
    if (tree.tensors().isEmpty()) {
      throw source.failure("PyTorch checkpoint without tensors");
    }
    List<NamedTensor> tensors = new ArrayList<>(tree.tensors().size());
    long budget = Limits.VIEW_RATIO * storageBytes + Limits.INFLATED_FREE_BYTES;
    for (Map.Entry<String, TensorView> e : tree.tensors().entrySet()) {
      NamedTensor t = tensor(e.getKey(), e.getValue());
      tensors.add(t);
      budget -= touchedBytes(t, e.getValue());
      if (budget < 0) {
        throw source.failure(
            "its tensors show %d bytes of storage more than %d times over: refused"
                .formatted(storageBytes, Limits.VIEW_RATIO));
      }
    }
    return new TensorFile(source.name(), format, tensors, tree.metadata());
  }

  private static long touchedBytes(NamedTensor t, TensorView v) {
    return Math.max(t.size(), StridedBytes.extent(t.shape(), v.stride())) * t.type().bytes();
  }

  private NamedTensor tensor(String name, TensorView v) {
    String quoted = "tensor " + WeightFileException.quote(name);
    int[] shape = Shapes.dimensions(source, quoted, v.size());
    long elements = Shapes.elements(source, quoted, shape);
    int elementBytes = v.type().bytes();
    long held = v.storage().elements() * v.storage().elementBytes() / elementBytes;
    if (!within(v, shape, held) || elements > Math.max(held, Limits.EXPANDED_ELEMENTS)) {
      throw source.failure(
          "%s reaches outside of its storage of %d elements".formatted(quoted, held));
    }
    long viewStart = v.storage().viewOffset() * v.storage().elementBytes();
    ByteSource bytes =
        storages
            .get(v.storage().key())
            .slice(viewStart, v.storage().elements() * v.storage().elementBytes());
    return new NamedTensor(
        source.name(),
        name,
        v.type(),
        shape,
        StridedBytes.of(bytes, elementBytes, v.offset(), shape, v.stride()));
  }

  private static boolean within(TensorView v, int[] shape, long held) {
    for (int d = 0; d < shape.length; d++) {
      if (shape[d] > 1 && v.stride()[d] < 0) {
        return false;
      }
    }
    try {
      long extent = StridedBytes.extent(shape, v.stride());
      return extent == 0 || v.offset() >= 0 && extent <= held - v.offset();
    } catch (ArithmeticException e) {
      return false;
    }
  }
}
