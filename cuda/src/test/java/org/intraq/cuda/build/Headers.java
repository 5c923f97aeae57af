package org.intraq.cuda.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intraq.cuda.launch.Gpu;

/** The headers in {@code kernel/include} that a source includes, directly or through others. */
public final class Headers {
  private static final Pattern INCLUDE = Pattern.compile("#include \"([\\w.]+\\.cuh)\"");
  private static final String FOLDER = "/org/intraq/cuda/kernel/include/";

  private Headers() {}

  /** The source and all it includes, in the order of first mention. */
  public static String closure(String cuda) {
    Map<String, String> headers = new LinkedHashMap<>();
    collect(cuda, headers);
    return cuda + String.join("", headers.values());
  }

  private static void collect(String text, Map<String, String> headers) {
    Matcher matcher = INCLUDE.matcher(text);
    while (matcher.find()) {
      String name = matcher.group(1);
      if (!headers.containsKey(name)) {
        String header = text(name);
        headers.put(name, header);
        collect(header, headers);
      }
    }
  }

  private static String text(String name) {
    try (InputStream in = Gpu.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("headers: no " + FOLDER + name + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("headers: " + name + ": " + e, e);
    }
  }

  /** Writes the headers that {@code cuda} includes into a folder. */
  public static void write(String cuda, Path folder) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    collect(cuda, headers);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      Files.writeString(folder.resolve(header.getKey()), header.getValue());
    }
  }

  /** SHA-256 of the texts, in hexadecimal. */
  public static String sha256(String... texts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String text : texts) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
