package org.intraq.quantize;

import static org.intraq.quantize.QuantizedFormat.required;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.intraq.autograd.Tape;
import org.intraq.config.ConfigException;
import org.intraq.config.QuantizerConfig.Gradient;
import org.intraq.config.QuantizerConfig.Granularity;
import org.intraq.models.data.DataException;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.ElementType;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Architecture;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.lowbit.BitPacking;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/**
 * A quantized network as one safetensors file, out of which the same fake-quantized network comes
 * back bit for bit.
 *
 * <pre>
 *   L.weight.codes        U8 [bytes]   q of every weight in the order [OC, IC/groups, KH, KW], packed
 *                                      at its real width, see BitPacking
 *   L.weight.multiplier   F32 [OC]     m; [1] for one range a layer
 *   L.weight.offset       F32 [OC]     z; the weight is (q + z) / m
 *   A.range               F32 [2]      lo, hi of activation A
 *   everything else       F32          as in the pre-trained file: BatchNorm, biases
 * </pre>
 *
 * <p>Format 2 holds these tensors by name, format 3 as {@link PackedTensors}; both are read, 3 is
 * written.
 *
 * <p>Metadata: {@code format}, {@code network}, {@code architecture}, {@code preprocessing}, {@code
 * bits}, {@code weight_bits} and {@code activation_bits} (JSON, by name, of what differs from
 * {@code bits}), {@code weight_granularity}, {@code checksum} (CRC-32C of all the rest), and
 * provenance.
 */
public final class QuantizedFile {
  private static final String GRANULARITY = "weight_granularity";
  private static final String PER_CHANNEL = "channel";

  private static final ObjectMapper JSON = new ObjectMapper();
  static final String CODES = ".codes";
  static final String MULTIPLIER = ".multiplier";
  static final String OFFSET = ".offset";
  private static final String RANGE = ".range";

  /**
   * What a file holds.
   *
   * @param weights those that the codes stand for, under the network's names
   * @param codes the same weights as whole numbers, by layer; only those of quantized layers
   * @param ranges of the quantized activations
   */
  public record Content(
      Network network,
      Architecture architecture,
      Preprocessing preprocessing,
      BitPlan plan,
      Weights weights,
      Map<String, WeightCodes> codes,
      Map<String, Range> ranges,
      Map<String, String> metadata) {

    /** The same network for images that go through something else first. */
    public Content with(Preprocessing other) {
      return new Content(network, architecture, other, plan, weights, codes, ranges, metadata);
    }

    /** The hooks that quantize the activations; the weights are quantized already. */
    public FakeQuantizer quantizer(ActivationRanges into) {
      ranges.forEach(into::put);
      return new FakeQuantizer(plan, null, into, Gradient.STRAIGHT_THROUGH);
    }
  }

  private QuantizedFile() {}

  /**
   * Writes a network.
   *
   * @param architecture by which it is built again
   * @param provenance further metadata
   */
  public static void write(
      Path file,
      QuantizedNetwork network,
      Architecture architecture,
      Preprocessing preprocessing,
      Map<String, String> provenance) {
    Network net = network.parameters().network();
    BitPlan plan = network.plan();
    boolean perChannel = network.weightRanges().granularity() == Granularity.CHANNEL;
    List<NamedTensor> tensors =
        PackedTensors.pack(slots(net, plan, perChannel), separate(network, net, plan));
    Map<String, String> metadata = new TreeMap<>(provenance);
    metadata.put(QuantizedFormat.KEY, QuantizedFormat.WRITTEN);
    metadata.put("network", net.name());
    metadata.put(Architecture.METADATA_KEY, architecture.text());
    metadata.putAll(preprocessing.toMetadata());
    metadata.put("bits", plan.common().toString());
    metadata.put("weight_bits", json(plan.allWeights(), plan.common().weights()));
    metadata.put("activation_bits", json(plan.allActivations(), plan.common().activations()));
    metadata.put(GRANULARITY, perChannel ? PER_CHANNEL : "tensor");
    metadata.put(Checksum.KEY, Checksum.of(tensors, metadata));
    SafetensorsWriter.write(file, tensors, metadata);
  }

  /** The tensors of format 2 by name. */
  private static Map<String, NamedTensor> separate(
      QuantizedNetwork network, Network net, BitPlan plan) {
    List<NamedTensor> tensors = new ArrayList<>();
    Map<String, Node> quantized = new LinkedHashMap<>();
    for (Node layer : BitPlan.layers(net)) {
      if (plan.weights(layer) != 0) {
        quantized.put(layer.name() + ".weight", layer);
      }
    }
    network
        .parameters()
        .download()
        .entries()
        .forEach(
            (name, entry) -> {
              Node layer = quantized.get(name);
              if (layer == null) {
                tensors.add(NamedTensor.ofFloats(name, entry.values(), entry.shape()));
              } else {
                addCodes(tensors, name, entry, ranges(network, layer), plan.weights(layer));
              }
            });
    network
        .activationRanges()
        .all()
        .forEach(
            (name, r) ->
                tensors.add(NamedTensor.ofFloats(name + RANGE, new float[] {r.lo(), r.hi()}, 2)));
    Map<String, NamedTensor> byName = new LinkedHashMap<>();
    tensors.forEach(t -> byName.put(t.name(), t));
    return byName;
  }

  /** The tensors of format 2 in the order in which format 3 packs them. */
  static List<PackedTensors.Slot> slots(Network network, BitPlan plan, boolean perChannel) {
    List<PackedTensors.Slot> slots = new ArrayList<>();
    network
        .tensors()
        .forEach(
            (name, shape) -> {
              int bits = weightBits(plan, name);
              if (bits == 0) {
                slots.add(new PackedTensors.Slot(name, PackedTensors.Kind.FLOATS, shape));
                return;
              }
              int bytes = (int) BitPacking.packedBytes(count(shape), bits);
              int[] channels = {perChannel ? shape[0] : 1};
              slots.add(slot(name + CODES, PackedTensors.Kind.CODES, bytes));
              slots.add(slot(name + MULTIPLIER, PackedTensors.Kind.FLOATS, channels));
              slots.add(slot(name + OFFSET, PackedTensors.Kind.OFFSETS, channels));
            });
    for (Node.Activation a : network.all(Node.Activation.class)) {
      if (plan.activations(a) != 0) {
        slots.add(slot(a.name() + RANGE, PackedTensors.Kind.FLOATS, 2));
      }
    }
    return slots;
  }

  private static PackedTensors.Slot slot(String name, PackedTensors.Kind kind, int... shape) {
    return new PackedTensors.Slot(name, kind, shape);
  }

  static int count(int[] shape) {
    int count = 1;
    for (int extent : shape) {
      count *= extent;
    }
    return count;
  }

  /** Bits of a tensor of the network; 0 for one that is no quantized weight. */
  static int weightBits(BitPlan plan, String name) {
    String layer = name.endsWith(".weight") ? name.substring(0, name.length() - 7) : "";
    return plan.allWeights().getOrDefault(layer, 0);
  }

  private static float[] ranges(QuantizedNetwork network, Node layer) {
    var backend = network.parameters().scope().backend();
    try (Tape tape = Tape.inference(backend)) {
      Tensor weight = network.parameters().get(layer.name() + ".weight").value();
      return backend.memory().toArray(network.weightRanges().of(tape, layer, weight));
    }
  }

  /** Quantizes one weight tensor in PyTorch's layout, where a channel is contiguous. */
  private static void addCodes(
      List<NamedTensor> tensors, String name, Weights.Entry entry, float[] ranges, int bits) {
    int channels = ranges.length / 2;
    int perChannel = entry.values().length / channels;
    float[] multiplier = new float[channels];
    float[] offset = new float[channels];
    byte[] codes = new byte[entry.values().length];
    for (int c = 0; c < channels; c++) {
      AffineQuantizer q = AffineQuantizer.of(ranges[c], ranges[channels + c], bits);
      multiplier[c] = q.multiplier();
      offset[c] = q.offset();
      for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
        codes[i] = (byte) q.code(entry.values()[i]);
      }
    }
    byte[] packed = new byte[(int) BitPacking.packedBytes(codes.length, bits)];
    BitPacking.pack(codes, 0, codes.length, bits, packed, 0);
    tensors.add(NamedTensor.ofBytes(name + CODES, ElementType.U8, packed, packed.length));
    tensors.add(NamedTensor.ofFloats(name + MULTIPLIER, multiplier, channels));
    tensors.add(NamedTensor.ofFloats(name + OFFSET, offset, channels));
  }

  private static String json(Map<String, Integer> bits, int common) {
    Map<String, Integer> others = new TreeMap<>(bits);
    others.values().removeIf(b -> b == common);
    try {
      return JSON.writeValueAsString(others);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("json", e);
    }
  }

  /**
   * Reads a file.
   *
   * @throws WeightFileException if it is no quantized network, is damaged or lacks something
   */
  public static Content read(Path path) {
    return content(WeightFiles.open(path));
  }

  /** {@link #read(Path)} of a file that is open already. */
  public static Content content(TensorFile file) {
    if (!QuantizedFormat.claims(file)) {
      throw new WeightFileException(
          file.name(),
          "is no quantized network (its metadata has no format "
              + QuantizedFormat.WRITTEN
              + "); make one with 'intraq quantize', or evaluate it with --weights");
    }
    QuantizedFormat.requireReadable(file);
    try {
      return checked(file);
    } catch (IllegalArgumentException | ArithmeticException | ConfigException | DataException e) {
      throw new WeightFileException(file.name(), e.getMessage(), e);
    }
  }

  private static Content checked(TensorFile file) {
    Architecture architecture = Architecture.parse(required(file, Architecture.METADATA_KEY));
    String name = required(file, "network");
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new WeightFileException(file.name(), "its network's name holds control characters");
    }
    Network network = architecture.build(name);
    Map<String, Integer> weightBits = bits(file, "weight_bits");
    Map<String, Integer> activationBits = bits(file, "activation_bits");
    requireWidths(file, weightBits, BitPlan.layers(network));
    requireWidths(file, activationBits, network.all(Node.Activation.class));
    String text = required(file, "bits");
    BitPlan plan =
        BitPlan.restored(
            network,
            text.equals("fp32") ? Bits.FULL : Bits.parse(text),
            weightBits,
            activationBits);
    if (required(file, QuantizedFormat.KEY).equals(QuantizedFormat.BEFORE)) {
      return content(file, architecture, plan, network);
    }
    boolean perChannel = required(file, GRANULARITY).equals(PER_CHANNEL);
    var tensors = PackedTensors.unpack(file, slots(network, plan, perChannel));
    return content(file.withTensors(tensors), architecture, plan, network);
  }

  private static void requireWidths(
      TensorFile file, Map<String, Integer> bits, List<? extends Node> nodes) {
    Set<String> names = nodes.stream().map(Node::name).collect(Collectors.toSet());
    bits.forEach(
        (name, width) -> {
          if (!names.contains(name)) {
            throw new WeightFileException(
                file.name(),
                "has bits for %s, which the network has not"
                    .formatted(WeightFileException.quote(name)));
          }
          if (width != 0 && (width < Bits.LEAST || width > Bits.MOST)) {
            throw new WeightFileException(
                file.name(),
                "%s: expected 0 or %d to %d bits, got %d"
                    .formatted(name, Bits.LEAST, Bits.MOST, width));
          }
        });
  }

  private static Content content(
      TensorFile file, Architecture architecture, BitPlan plan, Network network) {
    Weights weights = new Weights();
    Map<String, WeightCodes> codes = new LinkedHashMap<>();
    var tensors = new QuantizedTensors(file, plan);
    network.tensors().forEach((name, shape) -> tensors.read(name, shape, weights, codes));
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (Node.Activation a : network.all(Node.Activation.class)) {
      if (plan.activations(a) != 0) {
        float[] ends = tensors.floats(a.name() + RANGE, 2);
        if (!(ends[0] <= ends[1]) || !Float.isFinite(ends[1] - ends[0])) {
          throw new WeightFileException(
              file.name(),
              a.name() + RANGE + ": expected lo <= hi, got " + ends[0] + ", " + ends[1]);
        }
        Range range = new Range(ends[0], ends[1]).withZeroPoint(plan.activations(a));
        ranges.put(a.name(), range);
      }
    }
    return new Content(
        network,
        architecture,
        Preprocessing.fromMetadata(file.metadata())
            .orElseThrow(() -> new WeightFileException(file.name(), "names no preprocessing")),
        plan,
        weights,
        codes,
        ranges,
        file.metadata());
  }

  private static Map<String, Integer> bits(TensorFile file, String key) {
    try {
      Map<String, Integer> bits = new LinkedHashMap<>();
      JSON.readTree(required(file, key))
          .properties()
          .forEach(e -> bits.put(e.getKey(), e.getValue().asInt()));
      return bits;
    } catch (JsonProcessingException e) {
      throw new WeightFileException(file.name(), "its metadata '" + key + "' is no JSON", e);
    }
  }

  /** The parameters of a file on a device. */
  public static Parameters parameters(org.intraq.tensor.backend.Backend backend, Content content) {
    return new Parameters(backend, content.network(), content.weights(), false);
  }
}
