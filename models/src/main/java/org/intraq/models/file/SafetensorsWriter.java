package org.intraq.models.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files.
 *
 * <p>The bytes depend on the tensors and the metadata only, not on their order: metadata by key,
 * tensors by falling element size, then by name, which also aligns every tensor to its element. The
 * header is padded with blanks so that data begin at a multiple of 8. A file appears under its name
 * only when it is complete: it is written beside it, forced to disk, and renamed.
 */
public final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private static final Comparator<NamedTensor> ORDER =
      Comparator.<NamedTensor>comparingInt(t -> -t.type().bytes()).thenComparing(NamedTensor::name);

  private SafetensorsWriter() {}

  /**
   * Writes the tensors and metadata to {@code file}, replacing what is there.
   *
   * @throws IllegalArgumentException when two tensors have one name, or a name cannot be written
   * @throws WeightFileException when the file cannot be written, or a tensor's own file fails
   */
  public static void write(
      Path file, Collection<NamedTensor> tensors, Map<String, String> metadata) {
    List<NamedTensor> sorted = sorted(tensors);
    byte[] header = header(sorted, metadata);
    try {
      OutputFile.write(
          file,
          temporary -> {
            try (FileChannel channel =
                FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
              writeAll(channel, header, sorted);
              channel.force(true);
            }
          });
    } catch (IOException e) {
      throw WeightFiles.ioFailure(file, "written", e);
    } catch (UncheckedIOException e) {
      throw WeightFiles.ioFailure(file, "written", e.getCause());
    }
  }

  /** The bytes that {@link #write} would write. */
  public static byte[] toBytes(Collection<NamedTensor> tensors, Map<String, String> metadata) {
    List<NamedTensor> sorted = sorted(tensors);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header(sorted, metadata));
    for (NamedTensor t : sorted) {
      t.data().stream((chunk, length) -> out.write(chunk, 0, length));
    }
    return out.toByteArray();
  }

  private static List<NamedTensor> sorted(Collection<NamedTensor> tensors) {
    Set<String> names = new HashSet<>();
    for (NamedTensor t : tensors) {
      if (!names.add(t.name())) {
        throw new IllegalArgumentException("SafetensorsWriter: two tensors named " + t.name());
      }
      if (t.name().equals("__metadata__")) {
        throw new IllegalArgumentException(
            "SafetensorsWriter: the format reserves the name " + t.name());
      }
      checkText(t.name());
    }
    List<NamedTensor> sorted = new ArrayList<>(tensors);
    sorted.sort(ORDER);
    return sorted;
  }

  /** Unpaired surrogates have no UTF-8 form; writing them would turn one name into another. */
  private static void checkText(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "SafetensorsWriter: no valid Unicode: " + WeightFileException.quote(text));
    }
  }

  private static byte[] header(List<NamedTensor> sorted, Map<String, String> metadata) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
          checkText(e.getKey());
          checkText(e.getValue());
          out.writeStringField(e.getKey(), e.getValue());
        }
        out.writeEndObject();
      }
      long at = 0;
      for (NamedTensor t : sorted) {
        writeEntry(out, t, at);
        at += t.sizeBytes();
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    int padded = (json.size() + 7) / 8 * 8;
    ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(json.toByteArray());
    while (out.hasRemaining()) {
      out.put((byte) ' ');
    }
    return out.array();
  }

  private static void writeEntry(JsonGenerator out, NamedTensor t, long at) throws IOException {
    out.writeObjectFieldStart(t.name());
    out.writeStringField("dtype", t.type().name());
    out.writeArrayFieldStart("shape");
    for (int d : t.shape()) {
      out.writeNumber(d);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("data_offsets");
    out.writeNumber(at);
    out.writeNumber(at + t.sizeBytes());
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writeAll(FileChannel channel, byte[] header, List<NamedTensor> sorted)
      throws IOException {
    writeFully(channel, ByteBuffer.wrap(header));
    for (NamedTensor t : sorted) {
      t.data().stream(
          (chunk, length) -> {
            try {
              writeFully(channel, ByteBuffer.wrap(chunk, 0, length));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
