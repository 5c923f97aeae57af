package org.intraq.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.intraq.export.Graph.Attribute;
import org.intraq.export.Graph.ElementType;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.IntegerScheme;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.WeightCodes;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * The quantized parts of a graph.
 *
 * <pre>
 * weights       DequantizeLinear(q, 1 / m, zero point), axis 0
 *               4 bits INT4, others INT8; INT16 around 0 where the zero point does not fit
 *               symmetric: q - zero around 0, INT8 up to 7 bits (exact), 8 bits rounded anew
 * activations   QuantizeLinear, DequantizeLinear in UINT8, fewer bits behind a Clip to the values of the
 *               first and last code
 *               Round, Clip and Mul where 0 has no code, or a layer with weights in f32 reads
 * </pre>
 *
 * <p>Not UINT4: ONNX Runtime 1.29 makes QLinearConv and MaxPool of such, and then refuses them. And
 * behind a DequantizeLinear it rounds weights in f32 to 8 bits.
 */
final class Codes {
  private static final int SYMMETRIC_LIMIT = 127;

  /** Two products with bytes up to 255 fit 16 bits, in which processors without VNNI add them. */
  private static final int UNSATURATED = 64;

  private final Graph graph;
  private final QuantizedFile.Content content;
  private final boolean symmetric;
  private final Set<String> readByFloats = new HashSet<>();
  private final List<String> notes = new ArrayList<>();
  private int quantizedWeights;

  Codes(Graph graph, QuantizedFile.Content content, boolean symmetric) {
    this.graph = graph;
    this.content = content;
    this.symmetric = symmetric;
    for (Node layer : BitPlan.layers(content.network())) {
      if (!isQuantized(layer)) {
        readByFloats.add(source(layer.inputs().getFirst()).name());
      }
    }
  }

  /** What a layer's input is a choice of. */
  private static Node source(Node value) {
    return value instanceof Node.MaxPool || value instanceof Node.Subsample
        ? source(value.inputs().getFirst())
        : value;
  }

  int quantizedWeights() {
    return quantizedWeights;
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** Whether a layer's weights are written as codes. */
  boolean isQuantized(Node layer) {
    WeightCodes w = content.codes().get(layer.name());
    return w != null && w.isWhole();
  }

  /**
   * Whether a layer's bias is its third input, and not added behind it. ONNX Runtime rounds that
   * input to whole products of the scales of the layer's input and weights, which moves codes
   * (Level 1 of its optimisations, WeightBiasQuantization); but only so does it compute in 8 bits,
   * which is what symmetric weights are for. Where images come in it rounds nothing.
   */
  boolean holdsBias(Node layer) {
    Node input = layer.inputs().getFirst();
    return input instanceof Node.Input
        || symmetric && input instanceof Node.Activation a && content.plan().activations(a) == 8;
  }

  /**
   * The dequantized weights of a layer; null if they are f32.
   *
   * @param factors by which the weights of the output channels are multiplied; or null
   */
  String weight(Node layer, float[] factors, int... shape) {
    WeightCodes w = content.codes().get(layer.name());
    if (w == null) {
      return null;
    }
    String name = layer.name() + ".weight";
    int oc = w.channels();
    int[] q = fileOrder(w.codes(), shape);
    int[] zero = w.zero().clone();
    float[] scale = w.scales(1);
    int perChannel = q.length / oc;
    if (factors != null) {
      multiply(q, zero, scale, w.multiplier(), factors);
    }
    ElementType type = w.bits() == 4 ? ElementType.INT4 : ElementType.INT8;
    if (symmetric || !fits(zero, w.bits() == 4 ? 4 : 8)) {
      int largest = subtract(q, zero, perChannel);
      if (largest > Short.MAX_VALUE) {
        notes.add(name + ": stays f32, its weights lie too far from 0 for their range");
        return null;
      }
      type = largest <= SYMMETRIC_LIMIT ? ElementType.INT8 : ElementType.INT16;
      if (symmetric && type == ElementType.INT16) {
        roundAnew(q, scale, perChannel);
        type = ElementType.INT8;
        notes.add(name + ": rounded anew to symmetric 8 bits");
      } else if (symmetric) {
        multiplyUp(q, scale, perChannel);
      }
    }
    quantizedWeights++;
    String codes = graph.whole(name + ".codes", type, q, shape);
    String scales = graph.floats(name + ".scale", scale, oc);
    String zeros = graph.whole(name + ".zero", type, zero, oc);
    return graph.node(
        "DequantizeLinear", name, List.of(codes, scales, zeros), new Attribute("axis", 0));
  }

  /**
   * Multiplies the weights of every channel: their scale, which has to be positive; where a factor
   * is negative, -1 - q and -1 - zero have the negative difference and the same range as q and
   * zero.
   */
  private static void multiply(
      int[] q, int[] zero, float[] scale, float[] multiplier, float[] factors) {
    int perChannel = q.length / zero.length;
    for (int o = 0; o < zero.length; o++) {
      float size = Math.abs(factors[o]);
      scale[o] = (float) (size / (double) multiplier[o]);
      boolean none = scale[o] == 0;
      if (none) {
        scale[o] = 1;
        zero[o] = 0;
      } else if (factors[o] < 0) {
        zero[o] = -1 - zero[o];
      }
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        q[i] = none ? 0 : factors[o] < 0 ? -1 - q[i] : q[i];
      }
    }
  }

  private static boolean fits(int[] zero, int bits) {
    for (int z : zero) {
      if (z < -(1 << (bits - 1)) || z >= 1 << (bits - 1)) {
        return false;
      }
    }
    return true;
  }

  /** q - zero, zero = 0; gives the largest magnitude. */
  private static int subtract(int[] q, int[] zero, int perChannel) {
    long largest = 0;
    for (int i = 0; i < q.length; i++) {
      long d = (long) q[i] - zero[i / perChannel];
      largest = Math.max(largest, Math.abs(d));
      q[i] = (int) d;
    }
    Arrays.fill(zero, 0);
    return (int) Math.min(largest, Integer.MAX_VALUE);
  }

  /** Codes of up to 9 bits around 0 to the 8 bits from -127 to 127 of every channel's own range. */
  private static void roundAnew(int[] q, float[] scale, int perChannel) {
    for (int o = 0; o < scale.length; o++) {
      int largest = 1;
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        largest = Math.max(largest, Math.abs(q[i]));
      }
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        q[i] = (int) Math.rint((double) q[i] * SYMMETRIC_LIMIT / largest);
      }
      scale[o] = (float) ((double) scale[o] * largest / SYMMETRIC_LIMIT);
    }
  }

  /**
   * The same weights as larger codes, times a power of two: the products of the scales become as
   * much smaller, and so does the rounding of a bias to whole ones.
   */
  private static void multiplyUp(int[] q, float[] scale, int perChannel) {
    for (int o = 0; o < scale.length; o++) {
      int largest = 1;
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        largest = Math.max(largest, Math.abs(q[i]));
      }
      int factor = Math.max(1, Integer.highestOneBit(UNSATURATED / largest));
      for (int i = o * perChannel; i < (o + 1) * perChannel; i++) {
        q[i] *= factor;
      }
      scale[o] /= factor;
    }
  }

  private static int[] fileOrder(byte[] codes, int[] shape) {
    float[] values = new float[codes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = codes[i];
    }
    float[] ordered = Parameters.fromEngine(shape, values);
    int[] q = new int[ordered.length];
    for (int i = 0; i < q.length; i++) {
      q[i] = (int) ordered[i];
    }
    return q;
  }

  /** What the readers of an activation see. */
  String activation(Node.Activation a, String x, String output) {
    int bits = content.plan().activations(a);
    if (bits == 0) {
      return graph.node("Identity", output, List.of(x));
    }
    Range range = content.ranges().get(a.name());
    CodeQuantizer quantizer = CodeQuantizer.ofRange(range.lo(), range.hi(), bits);
    int zero = quantizer.zero();
    int last = (1 << bits) - 1;
    if (!IntegerScheme.holdsZero(quantizer) || readByFloats.contains(a.name())) {
      return rounded(quantizer, x, output);
    }
    String in = x;
    if (bits != 8) {
      String lo = constant(output + ".first", quantizer.value(0));
      String hi = constant(output + ".last", quantizer.value(last));
      in = graph.node("Clip", output + ".clipped", List.of(x, lo, hi));
    }
    String scale = constant(output + ".scale", 1 / quantizer.m());
    String point = graph.whole(output + ".zero", ElementType.UINT8, new int[] {zero});
    String q = graph.node("QuantizeLinear", output + ".codes", List.of(in, scale, point));
    return graph.node("DequantizeLinear", output, List.of(q, scale, point));
  }

  private String rounded(CodeQuantizer quantizer, String x, String output) {
    int zero = quantizer.zero();
    String m = constant(output + ".m", quantizer.m());
    String scale = constant(output + ".scale", 1 / quantizer.m());
    String lo = constant(output + ".first", -zero);
    String hi = constant(output + ".last", (1 << quantizer.bits()) - 1 - zero);
    String scaled = graph.node("Mul", output + ".scaled", List.of(x, m));
    String whole = graph.node("Round", output + ".whole", List.of(scaled));
    String clipped = graph.node("Clip", output + ".clipped", List.of(whole, lo, hi));
    return graph.node("Mul", output, List.of(clipped, scale));
  }

  private String constant(String name, float value) {
    return graph.setting(name, value);
  }
}
