package org.intraq.tensor.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes an ONNX model of one node as protobuf bytes, so that ONNX Runtime can serve as a second
 * oracle without a Python exporter.
 *
 * <p>Field numbers are those of onnx.proto (ModelProto: ir_version 1, graph 7, opset_import 8;
 * GraphProto: node 1, name 2, input 11, output 12; NodeProto: input 1, output 2, op_type 4,
 * attribute 5; AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20).
 *
 * <pre>{@code
 * byte[] model = new OnnxModelBuilder("Conv", 13)
 *     .input("x", 1, 3, 8, 8).input("w", 4, 3, 3, 3).output("y")
 *     .ints("pads", 1, 1, 1, 1).bytes();
 * }</pre>
 */
public final class OnnxModelBuilder {
  private static final int FLOAT_TENSOR = 1;
  private static final int TYPE_FLOAT = 1;
  private static final int TYPE_INT = 2;
  private static final int TYPE_STRING = 3;
  private static final int TYPE_INTS = 7;

  private final String operator;
  private final int opset;
  private final Message node = new Message();
  private final Message graph = new Message();
  private final Message attributes = new Message();

  /** A model whose only node is {@code operator} of the default domain, as of {@code opset}. */
  public OnnxModelBuilder(String operator, int opset) {
    this.operator = operator;
    this.opset = opset;
  }

  /** Adds a float input, in the order of the operator's inputs. */
  public OnnxModelBuilder input(String name, int... extents) {
    node.text(1, name);
    Message shape = new Message();
    for (int extent : extents) {
      shape.message(1, new Message().number(1, extent));
    }
    graph.message(11, value(name, new Message().number(1, FLOAT_TENSOR).message(2, shape)));
    return this;
  }

  /** Adds a float output whose shape the runtime infers. */
  public OnnxModelBuilder output(String name) {
    node.text(2, name);
    graph.message(12, value(name, new Message().number(1, FLOAT_TENSOR)));
    return this;
  }

  private static Message value(String name, Message tensorType) {
    return new Message().text(1, name).message(2, new Message().message(1, tensorType));
  }

  /** Sets an attribute that is a list of integers. */
  public OnnxModelBuilder ints(String name, int... values) {
    Message attribute = new Message().text(1, name);
    for (int value : values) {
      attribute.number(8, value);
    }
    attributes.message(5, attribute.number(20, TYPE_INTS));
    return this;
  }

  /** Sets an integer attribute. */
  public OnnxModelBuilder integer(String name, int value) {
    attributes.message(5, new Message().text(1, name).number(3, value).number(20, TYPE_INT));
    return this;
  }

  /** Sets a float attribute. */
  public OnnxModelBuilder real(String name, float value) {
    attributes.message(5, new Message().text(1, name).fixed32(2, value).number(20, TYPE_FLOAT));
    return this;
  }

  /** Sets a string attribute. */
  public OnnxModelBuilder string(String name, String value) {
    attributes.message(5, new Message().text(1, name).text(4, value).number(20, TYPE_STRING));
    return this;
  }

  /** The serialized model. */
  public byte[] bytes() {
    Message wholeNode = new Message().append(node).text(4, operator).append(attributes);
    Message wholeGraph = new Message().message(1, wholeNode).text(2, "one-node").append(graph);
    return new Message()
        .number(1, 8) // IR version 8 goes with the opsets up to 17
        .message(7, wholeGraph)
        .message(8, new Message().text(1, "").number(2, opset))
        .toBytes();
  }

  /** A protobuf message under construction. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message fixed32(int field, float value) {
      varint((long) field << 3 | 5);
      int bits = Float.floatToRawIntBits(value);
      for (int shift = 0; shift < 32; shift += 8) {
        out.write(bits >>> shift);
      }
      return this;
    }

    Message text(int field, String value) {
      return chunk(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return chunk(field, value.toBytes());
    }

    Message append(Message other) {
      out.writeBytes(other.toBytes());
      return this;
    }

    private Message chunk(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
