package org.intraq.quantize;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.intraq.models.file.ElementType;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;

/**
 * The many tensors of a quantized network as four, without loss. A safetensors header takes about a
 * hundred bytes a tensor, which for ResNet-20 is a tenth of the whole file.
 *
 * <pre>
 *   codes          U8 [bytes]    packed codes of all layers, one after another
 *   floats         U8 [bytes]    all F32 values as four planes of bytes, the lowest bytes first,
 *                                deflated (RFC 1950): the plane of sign and exponent repeats itself
 *   offsets        I8 [channels] z of every channel; -128 stands for the next of offsets.large
 *   offsets.large  F32 [n]       those that are no whole number from -127 to 127
 * </pre>
 *
 * <p>Names, sizes and order are not stored: they follow from the network and its widths.
 */
final class PackedTensors {
  private static final String CODES = "codes";
  private static final String FLOATS = "floats";
  private static final String OFFSETS = "offsets";
  private static final String LARGE = "offsets.large";
  private static final int ELSEWHERE = -128;

  /** Where a tensor's elements go. */
  enum Kind {
    /** Bytes of packed codes. */
    CODES,
    /** F32, mostly small whole numbers. */
    OFFSETS,
    /** F32. */
    FLOATS
  }

  /** One of the many tensors. */
  record Slot(String name, Kind kind, int[] shape) {
    int size() {
      int size = 1;
      for (int extent : shape) {
        size = Math.multiplyExact(size, extent);
      }
      return size;
    }
  }

  private PackedTensors() {}

  /** Packs the tensors of all slots, in their order. */
  static List<NamedTensor> pack(List<Slot> slots, Map<String, NamedTensor> tensors) {
    ByteArrayOutputStream codes = new ByteArrayOutputStream();
    ByteArrayOutputStream offsets = new ByteArrayOutputStream();
    List<Float> large = new ArrayList<>();
    List<float[]> floats = new ArrayList<>();
    for (Slot slot : slots) {
      NamedTensor tensor = tensors.get(slot.name);
      switch (slot.kind) {
        case CODES -> codes.writeBytes(tensor.toBytes());
        case FLOATS -> floats.add(tensor.toFloats());
        case OFFSETS -> {
          for (float z : tensor.toFloats()) {
            boolean small = Math.abs(z) < -ELSEWHERE && Float.compare((byte) z, z) == 0;
            offsets.write(small ? (byte) z : ELSEWHERE);
            if (!small) {
              large.add(z);
            }
          }
        }
      }
    }
    float[] rare = new float[large.size()];
    for (int i = 0; i < rare.length; i++) {
      rare[i] = large.get(i);
    }
    return List.of(
        bytes(CODES, ElementType.U8, codes.toByteArray()),
        bytes(FLOATS, ElementType.U8, deflate(floats)),
        bytes(OFFSETS, ElementType.I8, offsets.toByteArray()),
        NamedTensor.ofFloats(LARGE, rare, rare.length));
  }

  private static NamedTensor bytes(String name, ElementType type, byte[] bytes) {
    return NamedTensor.ofBytes(name, type, bytes, bytes.length);
  }

  private static byte[] deflate(List<float[]> parts) {
    int count = parts.stream().mapToInt(p -> p.length).sum();
    byte[] planes = new byte[4 * count];
    int at = 0;
    for (float[] part : parts) {
      for (float value : part) {
        int bits = Float.floatToRawIntBits(value);
        for (int b = 0; b < 4; b++) {
          planes[b * count + at] = (byte) (bits >>> 8 * b);
        }
        at++;
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(planes);
      deflater.finish();
      byte[] chunk = new byte[8192];
      while (!deflater.finished()) {
        out.write(chunk, 0, deflater.deflate(chunk));
      }
    }
    return out.toByteArray();
  }

  /**
   * The tensors of all slots.
   *
   * @throws WeightFileException if the file holds more or fewer elements than the slots take
   */
  static List<NamedTensor> unpack(TensorFile file, List<Slot> slots) {
    byte[] codes = file.tensor(CODES).toBytes();
    byte[] offsets = file.tensor(OFFSETS).toBytes();
    float[] large = file.tensor(LARGE).toFloats();
    require(file, CODES, codes.length, total(slots, Kind.CODES));
    require(file, OFFSETS, offsets.length, total(slots, Kind.OFFSETS));
    ByteBuffer floats = inflate(file, total(slots, Kind.FLOATS));
    ByteBuffer source = ByteBuffer.wrap(codes);
    List<NamedTensor> tensors = new ArrayList<>();
    int offset = 0;
    int rare = 0;
    for (Slot slot : slots) {
      int size = slot.size();
      if (slot.kind == Kind.CODES) {
        byte[] part = new byte[size];
        source.get(part);
        tensors.add(NamedTensor.ofBytes(slot.name, ElementType.U8, part, slot.shape));
        continue;
      }
      float[] values = new float[size];
      if (slot.kind == Kind.FLOATS) {
        floats.asFloatBuffer().get(values);
        floats.position(floats.position() + 4 * size);
      } else {
        for (int i = 0; i < size; i++, offset++) {
          boolean here = offsets[offset] != ELSEWHERE;
          require(
              file, LARGE, large.length, here ? large.length : Math.max(large.length, rare + 1));
          values[i] = here ? offsets[offset] : large[rare++];
        }
      }
      tensors.add(NamedTensor.ofFloats(slot.name, values, slot.shape));
    }
    require(file, LARGE, large.length, rare);
    return tensors;
  }

  private static int total(List<Slot> slots, Kind kind) {
    return slots.stream().filter(s -> s.kind == kind).mapToInt(Slot::size).sum();
  }

  private static void require(TensorFile file, String name, int got, int expected) {
    if (got != expected) {
      throw new WeightFileException(
          file.name(), name + ": expected " + expected + " elements, got " + got);
    }
  }

  /** Undoes {@link #deflate}: {@code count} floats, little endian. */
  private static ByteBuffer inflate(TensorFile file, int count) {
    byte[] planes = new byte[Math.multiplyExact(4, count)];
    int got = 0;
    boolean whole;
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(file.tensor(FLOATS).toBytes());
      int more = 1;
      while (got < planes.length && more > 0) {
        more = inflater.inflate(planes, got, planes.length - got);
        got += more;
      }
      // One byte more, or input that is left, belongs to no slot.
      whole = inflater.inflate(new byte[1]) == 0 && inflater.finished();
      whole &= inflater.getRemaining() == 0;
    } catch (DataFormatException e) {
      throw new WeightFileException(file.name(), FLOATS + ": damaged, " + e.getMessage(), e);
    }
    if (got != planes.length || !whole) {
      throw new WeightFileException(
          file.name(),
          FLOATS + ": expected " + count + " values, got " + (whole ? got / 4 : "others"));
    }
    ByteBuffer values = ByteBuffer.allocate(planes.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      for (int b = 0; b < 4; b++) {
        values.put(4 * i + b, planes[b * count + i]);
      }
    }
    return values;
  }
}
