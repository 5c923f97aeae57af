package org.intraq.quantize;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.intraq.models.file.NamedTensor;

/**
 * CRC-32C over everything that a tensor file says: tensors by name with type, shape and bytes, and
 * the metadata. It finds damage, not forgery.
 */
final class Checksum {
  /** The metadata key that holds it. */
  static final String KEY = "checksum";

  private Checksum() {}

  /** The checksum as eight hexadecimal digits. */
  static String of(Collection<NamedTensor> tensors, Map<String, String> metadata) {
    CRC32C crc = new CRC32C();
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (!key.equals(KEY)) {
                update(crc, key);
                update(crc, value);
              }
            });
    List<NamedTensor> sorted =
        tensors.stream().sorted(Comparator.comparing(NamedTensor::name)).toList();
    for (NamedTensor tensor : sorted) {
      update(crc, tensor.name());
      update(crc, tensor.type() + Arrays.toString(tensor.shape()));
      crc.update(tensor.toBytes());
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static void update(CRC32C crc, String text) {
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
  }
}
