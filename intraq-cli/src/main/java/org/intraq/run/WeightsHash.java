package org.intraq.run;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.intraq.models.net.Weights;

/** Tells weights apart: SHA-256 over names and values. */
public final class WeightsHash {
  private WeightsHash() {}

  /** The hash in hexadecimal. */
  public static String of(Weights weights) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      weights
          .entries()
          .forEach(
              (name, entry) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                ByteBuffer bytes = ByteBuffer.allocate(4 * entry.values().length);
                bytes.asFloatBuffer().put(entry.values());
                digest.update(bytes.array());
              });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
