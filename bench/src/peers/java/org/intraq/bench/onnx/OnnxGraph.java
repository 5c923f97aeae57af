package org.intraq.bench.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * A network as an ONNX model, one operator for each node; the runtime folds what it can.
 *
 * <p>Field numbers are those of onnx.proto.
 */
final class OnnxGraph {
  private static final int OPERATORS = 13;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final Message graph = new Message();

  private OnnxGraph() {}

  /** The model file's bytes. */
  static byte[] of(Network network, Weights weights, int batch) {
    OnnxGraph g = new OnnxGraph();
    weights.entries().forEach((name, e) -> g.floats(name, e.shape(), e.values()));
    network.nodes().forEach(g::add);
    Node.Input in = network.input();
    g.graph
        .text(2, network.name())
        .message(11, value(in.name(), batch, in.c(), in.h(), in.w()))
        .message(12, value(network.output().name(), batch, network.classes()));
    return new Message()
        .number(1, 8)
        .message(8, new Message().text(1, "").number(2, OPERATORS))
        .message(7, g.graph)
        .toByteArray();
  }

  private void add(Node node) {
    String y = node.name();
    String x = node.inputs().isEmpty() ? "" : node.inputs().getFirst().name();
    switch (node) {
      case Node.Input i -> {}
      case Node.Conv c -> {
        Conv2dShape s = c.geometry();
        Message conv =
            c.bias()
                ? operator("Conv", y, x, y + ".weight", y + ".bias")
                : operator("Conv", y, x, y + ".weight");
        ints(conv, "strides", s.strideH(), s.strideW());
        ints(conv, "pads", s.padTop(), s.padLeft(), s.padBottom(), s.padRight());
        integer(conv, "group", s.groups());
        graph.message(1, conv);
      }
      case Node.BatchNorm b -> {
        Message norm =
            operator(
                "BatchNormalization",
                y,
                x,
                y + ".weight",
                y + ".bias",
                y + ".running_mean",
                y + ".running_var");
        norm.message(
            5, new Message().text(1, "epsilon").real(2, b.eps()).number(20, ATTRIBUTE_FLOAT));
        graph.message(1, norm);
      }
      case Node.Activation a -> rectify(a, x);
      case Node.Add a -> graph.message(1, operator("Add", y, a.body().name(), a.shortcut().name()));
      case Node.Subsample s -> subsample(s, x);
      case Node.MaxPool m -> {
        Pool2dShape s = m.geometry();
        Message pool = operator("MaxPool", y, x);
        ints(pool, "kernel_shape", s.kh(), s.kw());
        ints(pool, "strides", s.strideH(), s.strideW());
        ints(pool, "pads", s.padTop(), s.padLeft(), s.padBottom(), s.padRight());
        graph.message(1, pool);
      }
      case Node.GlobalAverage g -> {
        graph.message(1, operator("GlobalAveragePool", y + ".planes", x));
        graph.message(1, operator("Flatten", y, y + ".planes"));
      }
      case Node.Linear l -> {
        Message gemm =
            l.bias()
                ? operator("Gemm", y, x, y + ".weight", y + ".bias")
                : operator("Gemm", y, x, y + ".weight");
        integer(gemm, "transB", 1);
        graph.message(1, gemm);
      }
    }
  }

  private void rectify(Node.Activation a, String x) {
    if (Float.isInfinite(a.cap())) {
      graph.message(1, operator("Relu", a.name(), x));
      return;
    }
    floats(a.name() + ".low", new int[0], new float[] {0f});
    floats(a.name() + ".high", new int[0], new float[] {a.cap()});
    graph.message(1, operator("Clip", a.name(), x, a.name() + ".low", a.name() + ".high"));
  }

  /** Every stride-th sample, zero channels around. */
  private void subsample(Node.Subsample s, String x) {
    String y = s.name();
    longs(y + ".starts", 0, 0);
    longs(y + ".ends", Integer.MAX_VALUE, Integer.MAX_VALUE);
    longs(y + ".axes", 2, 3);
    longs(y + ".steps", s.stride(), s.stride());
    longs(y + ".pads", 0, s.padBefore(), 0, 0, 0, s.padBefore(), 0, 0);
    graph.message(
        1,
        operator("Slice", y + ".kept", x, y + ".starts", y + ".ends", y + ".axes", y + ".steps"));
    graph.message(1, operator("Pad", y, y + ".kept", y + ".pads"));
  }

  private static Message operator(String type, String output, String... inputs) {
    Message node = new Message();
    List.of(inputs).forEach(input -> node.text(1, input));
    return node.text(2, output).text(3, output).text(4, type);
  }

  private static void integer(Message node, String name, long value) {
    node.message(5, new Message().text(1, name).number(3, value).number(20, ATTRIBUTE_INT));
  }

  private static void ints(Message node, String name, long... values) {
    Message attribute = new Message().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    node.message(5, attribute.number(20, ATTRIBUTE_INTS));
  }

  private void floats(String name, int[] shape, float[] values) {
    byte[] raw = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    Message tensor = new Message();
    for (int extent : shape) {
      tensor.number(1, extent);
    }
    graph.message(5, tensor.number(2, FLOAT).text(8, name).raw(9, raw));
  }

  private void longs(String name, long... values) {
    byte[] raw = new byte[values.length * Long.BYTES];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
    graph.message(
        5, new Message().number(1, values.length).number(2, INT64).text(8, name).raw(9, raw));
  }

  private static Message value(String name, long... extents) {
    Message shape = new Message();
    for (long extent : extents) {
      shape.message(1, new Message().number(1, extent));
    }
    Message tensor = new Message().number(1, FLOAT).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }
}
