package org.intraq.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.intraq.models.file.OutputFile;

/** An ONNX model in the making: nodes and constants in execution order. */
final class Graph {
  /** Element types, as onnx.proto3 numbers them. */
  enum ElementType {
    FLOAT(1),
    UINT8(2),
    INT8(3),
    INT16(5),
    INT64(7),
    INT4(22);

    private final int number;

    ElementType(int number) {
      this.number = number;
    }

    boolean isHalfByte() {
      return this == INT4;
    }
  }

  /** The first version of the operators that knows 4-bit types. */
  static final int OPSET = 21;

  private static final int IR_VERSION = 10;

  // onnx.proto3: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto.
  private static final int MODEL_IR = 1;
  private static final int MODEL_PRODUCER = 2;
  private static final int MODEL_PRODUCER_VERSION = 3;
  private static final int MODEL_GRAPH = 7;
  private static final int MODEL_OPSET = 8;
  private static final int MODEL_METADATA = 14;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_NAME = 2;
  private static final int GRAPH_CONSTANT = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int ATTRIBUTE_TYPE = 20;

  private final Message graph = new Message();

  /** Starts a graph of that name. */
  Graph(String name) {
    graph.text(GRAPH_NAME, name);
  }

  /** An attribute: Integer, Float, int[], or a tensor as a message. */
  record Attribute(String name, Object value) {
    Message toMessage() {
      Message m = new Message().text(1, name);
      switch (value) {
        case Integer i -> m.number(3, i).number(ATTRIBUTE_TYPE, 2);
        case Float f -> m.real(2, f).number(ATTRIBUTE_TYPE, 1);
        case int[] list -> {
          for (int i : list) {
            m.number(8, i);
          }
          m.number(ATTRIBUTE_TYPE, 7);
        }
        case Message tensor -> m.message(5, tensor).number(ATTRIBUTE_TYPE, 4);
        default -> throw new IllegalArgumentException("onnx attribute: " + value.getClass());
      }
      return m;
    }
  }

  /** Adds a node whose name is its output's; gives the output. */
  String node(String type, String output, List<String> inputNames, Attribute... attributes) {
    Message node = new Message();
    inputNames.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, output).text(4, type);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.toMessage());
    }
    graph.message(GRAPH_NODE, node);
    return output;
  }

  /** Adds a weight; gives its name. */
  String floats(String name, float[] values, int... shape) {
    return initializer(name, tensor(ElementType.FLOAT, bytes(values), shape));
  }

  /** Adds a weight of whole numbers; gives its name. */
  String whole(String name, ElementType type, int[] values, int... shape) {
    return initializer(name, tensor(type, bytes(type, values), shape));
  }

  /** Adds a number that is no weight, such as a bound, which readers of weights pass over. */
  String setting(String name, float value) {
    Message tensor = tensor(ElementType.FLOAT, bytes(new float[] {value}));
    return node("Constant", name, List.of(), new Attribute("value", tensor));
  }

  /** Adds a vector of whole numbers that is no weight. */
  String setting(String name, int... values) {
    Message tensor = tensor(ElementType.INT64, bytes(ElementType.INT64, values), values.length);
    return node("Constant", name, List.of(), new Attribute("value", tensor));
  }

  private static byte[] bytes(float[] values) {
    byte[] raw = new byte[4 * values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      for (int b = 0; b < 4; b++) {
        raw[4 * i + b] = (byte) (bits >> (8 * b));
      }
    }
    return raw;
  }

  /** 4-bit types take two elements a byte, the first one low. */
  private static byte[] bytes(ElementType type, int[] values) {
    int width = type == ElementType.INT64 ? 8 : type == ElementType.INT16 ? 2 : 1;
    byte[] raw = new byte[type.isHalfByte() ? (values.length + 1) / 2 : width * values.length];
    for (int i = 0; i < values.length; i++) {
      if (type.isHalfByte()) {
        raw[i / 2] |= (byte) ((values[i] & 15) << (i % 2 * 4));
      } else {
        for (int b = 0; b < width; b++) {
          raw[i * width + b] = (byte) ((long) values[i] >> (8 * b));
        }
      }
    }
    return raw;
  }

  private static Message tensor(ElementType type, byte[] raw, int... shape) {
    Message tensor = new Message();
    for (int extent : shape) {
      tensor.number(1, extent);
    }
    return tensor.number(2, type.number).bytes(9, raw);
  }

  private String initializer(String name, Message tensor) {
    graph.message(GRAPH_CONSTANT, tensor.text(8, name));
    return name;
  }

  /** Declares the images [N, ...]. */
  void input(String name, int... extents) {
    graph.message(GRAPH_INPUT, value(name, extents));
  }

  /** Declares the result [N, ...]. */
  void output(String name, int... extents) {
    graph.message(GRAPH_OUTPUT, value(name, extents));
  }

  private static Message value(String name, int... extents) {
    Message shape = new Message().message(1, new Message().text(2, "N"));
    for (int extent : extents) {
      shape.message(1, new Message().number(1, extent));
    }
    Message tensor = new Message().number(1, ElementType.FLOAT.number).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** Writes the model, whole or not at all. */
  void write(Path file, Map<String, String> metadata) {
    Message model =
        new Message()
            .number(MODEL_IR, IR_VERSION)
            .text(MODEL_PRODUCER, "intraq")
            .text(MODEL_PRODUCER_VERSION, "0.1.0")
            .message(MODEL_OPSET, new Message().text(1, "").number(2, OPSET))
            .message(MODEL_GRAPH, graph);
    metadata.forEach(
        (key, value) -> model.message(MODEL_METADATA, new Message().text(1, key).text(2, value)));
    try {
      OutputFile.write(
          file,
          temporary -> {
            try (OutputStream out = Files.newOutputStream(temporary)) {
              model.toBytes().writeTo(out);
            }
          });
    } catch (AccessDeniedException e) {
      throw new UncheckedIOException(new AccessDeniedException(file.toString()));
    } catch (FileSystemException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      // Such as a full disk, of which the system says no name.
      var named =
          new FileSystemException(file.toString(), null, "cannot be written: " + e.getMessage());
      named.initCause(e);
      throw new UncheckedIOException(named);
    }
  }
}
