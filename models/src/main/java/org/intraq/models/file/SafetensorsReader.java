package org.intraq.models.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads safetensors files, strictly.
 *
 * <pre>
 *   8 bytes          N bytes                                      the rest
 *   N (u64, LE)  |  {"__metadata__":{..},"name":{"dtype":..,  |  elements, dense, little endian,
 *                |   "shape":[..],"data_offsets":[a,b]},..}    |  offsets relative to this point
 * </pre>
 *
 * <p>Refused besides what is no JSON: unknown element types or fields, duplicate names, metadata
 * that are not texts, padding of the header by anything but spaces, and offsets that disagree with
 * the shape, overlap, leave holes, or do not end where the file ends. Source: the format's
 * specification, Hugging Face {@code safetensors}.
 */
public final class SafetensorsReader {
  private static final String METADATA = "__metadata__";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNumberLength(20)
                  .maxNameLength(Limits.TEXT_BYTES)
                  .maxStringLength(Limits.SAFETENSORS_HEADER_BYTES)
                  .build())
          // Names come from the file: keep them out of the process-wide intern table.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private final ByteSource source;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private record Entry(String name, ElementType type, int[] shape, long begin, long end) {}

  private SafetensorsReader(ByteSource source) {
    this.source = source;
  }

  /**
   * Lists a safetensors file; the elements are read when a tensor is asked for them.
   *
   * @throws WeightFileException when the file cannot be read or is no valid safetensors file
   */
  public static TensorFile read(Path file) {
    return read(ByteSource.of(file));
  }

  static TensorFile read(ByteSource source) {
    return new SafetensorsReader(source).run();
  }

  /** Whether the content is meant as safetensors: a JSON object after eight bytes of length. */
  static boolean recognizes(byte[] head) {
    return head.length > 8 && head[8] == '{';
  }

  private TensorFile run() {
    byte[] word = source.bytes(0, 8);
    long headerBytes = ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerBytes < 2 || headerBytes > source.size() - 8) {
      throw source.failure(
          "safetensors header of %s bytes in a file of %d bytes"
              .formatted(Long.toUnsignedString(headerBytes), source.size()));
    }
    if (headerBytes > Limits.SAFETENSORS_HEADER_BYTES) {
      throw source.failure(
          "safetensors header of %d bytes, more than the %d allowed"
              .formatted(headerBytes, Limits.SAFETENSORS_HEADER_BYTES));
    }
    parse(source.bytes(8, (int) headerBytes));
    long dataStart = 8 + headerBytes;
    checkLayout(source.size() - dataStart);
    List<NamedTensor> tensors = new ArrayList<>(entries.size());
    for (Entry e : entries) {
      TensorBytes data = new TensorBytes.Range(source, dataStart + e.begin, e.end - e.begin);
      tensors.add(new NamedTensor(source.name(), e.name, e.type, e.shape, data));
    }
    return new TensorFile(source.name(), WeightFormat.SAFETENSORS, tensors, metadata);
  }

  private void parse(byte[] header) {
    try (JsonParser json = JSON.createParser(ByteCursor.strict(header))) {
      expect(json.nextToken() == JsonToken.START_OBJECT, "header is no JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (name.equals(METADATA)) {
          parseMetadata(json);
        } else {
          parseTensor(json, name);
        }
      }
      expect(json.nextToken() == null, "something follows the header's JSON object");
      expect(isPaddedBySpaces(header), "other than spaces follow the header's JSON object");
    } catch (JsonProcessingException e) {
      throw new WeightFileException(
          source.name(),
          // Jackson's limits name the method that set them, which tells a user nothing.
          "safetensors header is broken: "
              + e.getOriginalMessage().replaceAll(", from `[^`]*`", ""),
          e);
    } catch (CharacterCodingException e) {
      throw new WeightFileException(source.name(), "safetensors header is no UTF-8", e);
    } catch (IOException e) {
      throw new WeightFileException(
          source.name(), "safetensors header is broken: " + e.getMessage(), e);
    }
  }

  /** To JSON a tab is as good; but it is not what was written. */
  private static boolean isPaddedBySpaces(byte[] header) {
    int end = header.length;
    while (header[end - 1] == ' ') {
      end--;
    }
    return header[end - 1] == '}';
  }

  private void parseMetadata(JsonParser json) throws IOException {
    expect(json.nextToken() == JsonToken.START_OBJECT, METADATA + " is no object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(
          json.nextToken() == JsonToken.VALUE_STRING,
          "metadata " + WeightFileException.quote(key) + " is no text");
      metadata.put(key, json.getText());
    }
  }

  private void parseTensor(JsonParser json, String name) throws IOException {
    String quoted = "tensor " + WeightFileException.quote(name);
    expect(entries.size() < Limits.TENSORS, "more than " + Limits.TENSORS + " tensors");
    expect(json.nextToken() == JsonToken.START_OBJECT, quoted + " is no object");
    ElementType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> type = parseType(json, quoted);
        case "shape" -> shape = parseNumbers(json, Limits.RANK, quoted + " shape");
        case "data_offsets" -> offsets = parseNumbers(json, 2, quoted + " data_offsets");
        default ->
            throw source.failure(
                quoted + " has an unknown field " + WeightFileException.quote(field));
      }
    }
    expect(type != null, quoted + " has no dtype");
    expect(shape != null, quoted + " has no shape");
    expect(offsets != null && offsets.length == 2, quoted + " has no two data_offsets");
    addEntry(quoted, name, type, shape, offsets);
  }

  private void addEntry(
      String quoted, String name, ElementType type, long[] shape, long[] offsets) {
    int[] dimensions = Shapes.dimensions(source, quoted, shape);
    long bytes = Shapes.elements(source, quoted, dimensions) * type.bytes();
    if (offsets[1] - offsets[0] != bytes) {
      throw source.failure(
          "%s: %s %s takes %d bytes, but data_offsets span %d"
              .formatted(
                  quoted, type, Arrays.toString(dimensions), bytes, offsets[1] - offsets[0]));
    }
    entries.add(new Entry(name, type, dimensions, offsets[0], offsets[1]));
  }

  private ElementType parseType(JsonParser json, String quoted) throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_STRING, quoted + " dtype is no text");
    String word = json.getText();
    for (ElementType t : ElementType.values()) {
      if (t.name().equals(word)) {
        return t;
      }
    }
    throw source.failure(
        "%s has dtype %s; supported are %s"
            .formatted(
                quoted,
                WeightFileException.quote(word),
                String.join(" ", Arrays.stream(ElementType.values()).map(Enum::name).toList())));
  }

  /** Whole numbers from 0 to 2^63-1, at most {@code most} of them. */
  private long[] parseNumbers(JsonParser json, int most, String what) throws IOException {
    expect(json.currentToken() == JsonToken.START_ARRAY, what + " is no array");
    long[] out = new long[most];
    int n = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(n < most, what + " has more than " + most + " numbers");
      expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT, what + " holds no whole number");
      expect(json.getNumberType() != JsonParser.NumberType.BIG_INTEGER, what + " is too large");
      out[n] = json.getLongValue();
      expect(out[n] >= 0, what + " is negative");
      n++;
    }
    return Arrays.copyOf(out, n);
  }

  /** The tensors must tile the data exactly: no holes, no overlap, nothing left over. */
  private void checkLayout(long dataBytes) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry e : sorted) {
      if (e.begin != at) {
        throw source.failure(
            "tensor %s begins at data offset %d, where %d was expected (%s)"
                .formatted(
                    WeightFileException.quote(e.name),
                    e.begin,
                    at,
                    e.begin < at ? "tensors overlap" : "bytes belong to no tensor"));
      }
      at = e.end;
    }
    if (at != dataBytes) {
      throw source.failure(
          at > dataBytes
              ? "truncated: tensors take %d data bytes, the file has %d".formatted(at, dataBytes)
              : "%d bytes behind the last tensor belong to none".formatted(dataBytes - at));
    }
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw source.failure("safetensors: " + otherwise);
    }
  }
}
