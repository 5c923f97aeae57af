package org.intraq.tensor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Values computed with PyTorch, read from a safetensors file. */
public final class Golden {
  private final String name;
  private final String header;
  private final ByteBuffer data;

  private Golden(String name, byte[] file) {
    ByteBuffer all = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Math.toIntExact(all.getLong());
    this.name = name;
    this.header = new String(file, Long.BYTES, headerLength, StandardCharsets.UTF_8);
    this.data =
        all.slice(Long.BYTES + headerLength, file.length - Long.BYTES - headerLength)
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A file among the test resources. */
  public static Golden resource(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return new Golden(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the shared folder; the test is skipped where there is none. */
  public static Golden shared(String name) {
    String folder = System.getProperty("intraq.shared", "");
    Path file = Path.of(folder, "golden", name);
    Assumptions.assumeTrue(
        !folder.isEmpty() && Files.isReadable(file),
        "golden/" + name + " is not in the folder that -Dintraq.shared names");
    try {
      return new Golden(name, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a tensor. */
  public byte[] bytes(String tensor) {
    ByteBuffer window = window(tensor);
    byte[] values = new byte[window.remaining()];
    window.get(values);
    return values;
  }

  /** A float tensor. */
  public float[] floats(String tensor) {
    ByteBuffer window = window(tensor);
    float[] values = new float[window.remaining() / Float.BYTES];
    window.asFloatBuffer().get(values);
    return values;
  }

  /** An int tensor. */
  public int[] ints(String tensor) {
    ByteBuffer window = window(tensor);
    int[] values = new int[window.remaining() / Integer.BYTES];
    window.asIntBuffer().get(values);
    return values;
  }

  private ByteBuffer window(String tensor) {
    Pattern entry =
        Pattern.compile(
            "\"" + Pattern.quote(tensor) + "\":\\{[^}]*\"data_offsets\":\\[(\\d+),(\\d+)\\]");
    Matcher matcher = entry.matcher(header.replace(" ", ""));
    if (!matcher.find()) {
      throw new IllegalArgumentException(name + ": no tensor '" + tensor + "'");
    }
    int from = Integer.parseInt(matcher.group(1));
    int to = Integer.parseInt(matcher.group(2));
    return data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
  }
}
