package org.intraq.models.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the initializers of an ONNX model: the tensors of {@code ModelProto.graph.initializer},
 * whether their data are raw or in typed fields. Nodes are skipped. Data in other files are refused
 * by name, and so are sparse initializers. UINT4 and INT4 elements are given one a byte. Source:
 * {@code onnx.proto}, ONNX 1.20.
 */
public final class OnnxInitializerReader {
  // Field numbers of ModelProto.
  private static final int IR_VERSION = 1;
  private static final int PRODUCER_NAME = 2;
  private static final int PRODUCER_VERSION = 3;
  private static final int DOMAIN = 4;
  private static final int MODEL_VERSION = 5;
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;
  private static final int METADATA_PROPS = 14;

  // Field numbers of GraphProto.
  private static final int GRAPH_NAME = 2;
  private static final int INITIALIZER = 5;
  private static final int SPARSE_INITIALIZER = 15;

  private final ByteSource source;
  private final List<NamedTensor> tensors = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private OnnxInitializerReader(ByteSource source) {
    this.source = source;
  }

  /**
   * Lists the initializers of an ONNX model; the elements are read when a tensor is asked for them.
   *
   * @throws WeightFileException when the file cannot be read, is no ONNX model, or is broken
   */
  public static TensorFile read(Path file) {
    return read(ByteSource.of(file));
  }

  static TensorFile read(ByteSource source) {
    return new OnnxInitializerReader(source).run();
  }

  /** Whether the content begins as every ONNX model does: with its IR version. */
  static boolean recognizes(byte[] head) {
    return head.length > 1 && head[0] == (IR_VERSION << 3 | ProtoCursor.VARINT) && head[1] > 0;
  }

  private TensorFile run() {
    ProtoCursor model = new ProtoCursor(source, 0, source.size());
    boolean graph = false;
    while (model.next()) {
      switch (model.field()) {
        case IR_VERSION -> put("ir_version", Long.toString(model.integer()));
        case PRODUCER_NAME -> put("producer_name", model.text());
        case PRODUCER_VERSION -> put("producer_version", model.text());
        case DOMAIN -> put("domain", model.text());
        case MODEL_VERSION -> put("model_version", Long.toString(model.integer()));
        case OPSET_IMPORT -> readOpset(model.message());
        case METADATA_PROPS -> readProperty(model.message());
        case GRAPH -> {
          if (graph) {
            throw model.failure("ONNX model with two graphs");
          }
          graph = true;
          readGraph(model.message());
        }
        default -> model.skip();
      }
    }
    if (!graph) {
      throw source.failure("ONNX model without a graph, or no ONNX model");
    }
    return new TensorFile(source.name(), WeightFormat.ONNX, tensors, metadata);
  }

  private void put(String key, String value) {
    if (metadata.size() >= Limits.METADATA && !metadata.containsKey(key)) {
      throw source.failure("ONNX model with more than " + Limits.METADATA + " properties");
    }
    if (!value.isEmpty()) {
      metadata.put(key, value);
    }
  }

  private void readOpset(ProtoCursor opset) {
    String domain = "";
    long version = 0;
    while (opset.next()) {
      switch (opset.field()) {
        case 1 -> domain = opset.text();
        case 2 -> version = opset.integer();
        default -> opset.skip();
      }
    }
    put(domain.isEmpty() ? "opset" : "opset " + domain, Long.toString(version));
  }

  private void readProperty(ProtoCursor property) {
    String[] pair = OnnxTensor.pair(property);
    put(pair[0], pair[1]);
  }

  private void readGraph(ProtoCursor graph) {
    while (graph.next()) {
      switch (graph.field()) {
        case GRAPH_NAME -> put("graph", graph.text());
        case SPARSE_INITIALIZER ->
            throw graph.failure("ONNX model with sparse initializers, which are not supported");
        case INITIALIZER -> {
          if (tensors.size() == Limits.TENSORS) {
            throw graph.failure("more than " + Limits.TENSORS + " initializers");
          }
          tensors.add(new OnnxTensor(source, graph.message()).toTensor());
        }
        default -> graph.skip();
      }
    }
  }
}
