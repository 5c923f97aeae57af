package org.intraq.quantize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.TensorFile;
import org.intraq.models.zoo.Architecture;

/**
 * What a {@link QuantizedFile} says of itself, without its weights being read.
 *
 * @param bits of all layers that are not named, as {@code w4a4}
 * @param weightBits by layer, of those that differ
 * @param activationBits by activation, of those that differ
 */
public record QuantizedSummary(
    String network,
    String architecture,
    String preprocessing,
    String bits,
    Map<String, Integer> weightBits,
    Map<String, Integer> activationBits) {
  private static final String NETWORK = "network";
  private static final String BITS = "bits";
  private static final String WEIGHT_BITS = "weight_bits";
  private static final String ACTIVATION_BITS = "activation_bits";

  /** The metadata that is read here. */
  public static final Set<String> KEYS =
      Set.of(
          NETWORK,
          Architecture.METADATA_KEY,
          Preprocessing.METADATA_KEY,
          BITS,
          WEIGHT_BITS,
          ACTIVATION_BITS);

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Of a file that is one; what it does not name is empty. Whether the file is whole, and of a
   * format that is known here, {@link QuantizedFormat#requireReadable} says.
   */
  public static Optional<QuantizedSummary> of(TensorFile file) {
    if (!QuantizedFormat.claims(file)) {
      return Optional.empty();
    }
    Map<String, String> m = file.metadata();
    return Optional.of(
        new QuantizedSummary(
            m.getOrDefault(NETWORK, ""),
            m.getOrDefault(Architecture.METADATA_KEY, ""),
            m.getOrDefault(Preprocessing.METADATA_KEY, ""),
            m.getOrDefault(BITS, ""),
            bits(m.getOrDefault(WEIGHT_BITS, "{}")),
            bits(m.getOrDefault(ACTIVATION_BITS, "{}"))));
  }

  private static Map<String, Integer> bits(String json) {
    try {
      Map<String, Integer> bits =
          JSON.readValue(json, new TypeReference<TreeMap<String, Integer>>() {});
      return bits == null ? Map.of() : bits;
    } catch (JsonProcessingException e) {
      return Map.of();
    }
  }
}
