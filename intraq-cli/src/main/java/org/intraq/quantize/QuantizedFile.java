package org.intraq.quantize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * <p>Metadata: {@code format}, {@code network}, {@code architecture}, {@code preprocessing}, {@code
 * bits}, {@code weight_bits} and {@code activation_bits} (JSON, by name), {@code checksum} (CRC-32C
 * of all the rest), and provenance.
 */
public final class QuantizedFile {
  /** The value of the metadata key {@code format}. */
  public static final String FORMAT = "intraq-quantized-2";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CODES = ".codes";
  private static final String MULTIPLIER = ".multiplier";
  private static final String OFFSET = ".offset";

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

    /** The hooks that quantize the activations; the weights are quantized already. */
    public FakeQuantizer quantizer(ActivationRanges into) {
      ranges.forEach(into::put);
      return new FakeQuantizer(plan, null, into, Gradient.STRAIGHT_THROUGH);
    }
  }

  private QuantizedFile() {}

  /** Whether a weight file is one of these. */
  public static boolean isQuantized(TensorFile file) {
    return FORMAT.equals(file.metadata().get("format"));
  }

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
    List<NamedTensor> tensors = new ArrayList<>();
    Network net = network.parameters().network();
    Weights weights = network.parameters().download();
    Map<String, Node> quantized = new LinkedHashMap<>();
    for (Node layer : BitPlan.layers(net)) {
      if (network.plan().weights(layer) != 0) {
        quantized.put(layer.name() + ".weight", layer);
      }
    }
    weights
        .entries()
        .forEach(
            (name, entry) -> {
              Node layer = quantized.get(name);
              if (layer == null) {
                tensors.add(NamedTensor.ofFloats(name, entry.values(), entry.shape()));
              } else {
                addCodes(
                    tensors, name, entry, ranges(network, layer), network.plan().weights(layer));
              }
            });
    network
        .activationRanges()
        .all()
        .forEach(
            (name, r) ->
                tensors.add(
                    NamedTensor.ofFloats(name + ".range", new float[] {r.lo(), r.hi()}, 2)));
    Map<String, String> metadata = new TreeMap<>(provenance);
    metadata.put("format", FORMAT);
    metadata.put("network", net.name());
    metadata.put(Architecture.METADATA_KEY, architecture.text());
    metadata.putAll(preprocessing.toMetadata());
    metadata.put("bits", network.plan().common().toString());
    metadata.put("weight_bits", json(network.plan().allWeights()));
    metadata.put("activation_bits", json(network.plan().allActivations()));
    metadata.put(
        "weight_granularity",
        network.weightRanges().granularity() == Granularity.CHANNEL ? "channel" : "tensor");
    metadata.put(Checksum.KEY, Checksum.of(tensors, metadata));
    SafetensorsWriter.write(file, tensors, metadata);
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

  private static String json(Map<String, Integer> bits) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(bits));
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
    if (!isQuantized(file)) {
      throw new WeightFileException(
          file.name(),
          "is no quantized network (its metadata has no format "
              + FORMAT
              + "); make one with 'intraq quantize', or evaluate it with --weights");
    }
    if (!required(file, Checksum.KEY).equals(Checksum.of(file.tensors(), file.metadata()))) {
      throw new WeightFileException(
          file.name(), "is damaged: its content does not have the checksum it names; copy it anew");
    }
    try {
      return checked(file);
    } catch (IllegalArgumentException | ConfigException | DataException e) {
      throw new WeightFileException(file.name(), e.getMessage(), e);
    }
  }

  private static Content checked(TensorFile file) {
    Architecture architecture = Architecture.parse(required(file, Architecture.METADATA_KEY));
    Network network = architecture.build(required(file, "network"));
    Map<String, Integer> weightBits = bits(file, "weight_bits");
    Map<String, Integer> activationBits = bits(file, "activation_bits");
    String text = required(file, "bits");
    BitPlan plan =
        BitPlan.restored(
            network,
            text.equals("fp32") ? Bits.FULL : Bits.parse(text),
            weightBits,
            activationBits);
    Weights weights = new Weights();
    Map<String, WeightCodes> codes = new LinkedHashMap<>();
    network.tensors().forEach((name, shape) -> add(file, name, shape, weightBits, weights, codes));
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (Node.Activation a : network.all(Node.Activation.class)) {
      if (plan.activations(a) != 0) {
        float[] ends = floats(file, a.name() + ".range", 2);
        if (!(ends[0] <= ends[1]) || Float.isInfinite(ends[1] - ends[0])) {
          throw new WeightFileException(
              file.name(), a.name() + ".range: expected lo <= hi, got " + ends[0] + ", " + ends[1]);
        }
        ranges.put(a.name(), new Range(ends[0], ends[1]));
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

  private static String required(TensorFile file, String key) {
    String value = file.metadata().get(key);
    if (value == null) {
      throw new WeightFileException(file.name(), "its metadata has no '" + key + "'");
    }
    return value;
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

  /** Reads one tensor of the network, and its codes if it is quantized. */
  private static void add(
      TensorFile file,
      String name,
      int[] shape,
      Map<String, Integer> weightBits,
      Weights weights,
      Map<String, WeightCodes> all) {
    String layer = name.endsWith(".weight") ? name.substring(0, name.length() - 7) : "";
    int bits = weightBits.getOrDefault(layer, 0);
    int count = 1;
    for (int extent : shape) {
      count *= extent;
    }
    if (bits == 0) {
      weights.put(name, shape, floats(file, name, count));
      return;
    }
    byte[] packed = file.tensor(name + CODES).toBytes();
    if (packed.length != BitPacking.packedBytes(count, bits)) {
      throw new WeightFileException(
          file.name(),
          "%s%s: expected %d bytes for %d codes of %d bits, got %d"
              .formatted(
                  name, CODES, BitPacking.packedBytes(count, bits), count, bits, packed.length));
    }
    byte[] codes = new byte[count];
    BitPacking.unpackSigned(packed, 0, 0, count, bits, codes, 0);
    float[] multiplier = perChannel(file, name + MULTIPLIER, shape[0]);
    float[] offset = perChannel(file, name + OFFSET, shape[0]);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int channel = i / (count / shape[0]);
      float z = offset[offset.length == 1 ? 0 : channel];
      values[i] = (codes[i] + z) / multiplier[multiplier.length == 1 ? 0 : channel];
    }
    weights.put(name, shape, values);
    int window = shape.length == 4 ? shape[2] * shape[3] : 1;
    all.put(layer, WeightCodes.of(bits, codes, shape[0], window, multiplier, offset));
  }

  private static float[] floats(TensorFile file, String name, int count) {
    float[] values = file.tensor(name).toFloats();
    if (values.length != count) {
      throw new WeightFileException(
          file.name(), name + ": expected " + count + " values, got " + values.length);
    }
    return values;
  }

  private static float[] perChannel(TensorFile file, String name, int channels) {
    float[] values = file.tensor(name).toFloats();
    if (values.length != channels && values.length != 1) {
      throw new WeightFileException(
          file.name(), name + ": expected " + channels + " values or one, got " + values.length);
    }
    return values;
  }

  /** The parameters of a file on a device. */
  public static Parameters parameters(org.intraq.tensor.backend.Backend backend, Content content) {
    return new Parameters(backend, content.network(), content.weights(), false);
  }
}
