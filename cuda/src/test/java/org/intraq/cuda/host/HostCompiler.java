package org.intraq.cuda.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intraq.cuda.build.Headers;
import org.intraq.cuda.build.Tools;
import org.intraq.cuda.driver.KernelSource;

/**
 * Compiles {@code .cu} files for the host with g++ and the shim header. The results are kept under
 * {@code target/cuda} (or {@code -Dcuda.cache=DIR}) by a hash of all that goes into them.
 */
final class HostCompiler {
  private static final Pattern KERNEL =
      Pattern.compile(
          "^KERNEL\\s+void\\s+(?:__launch_bounds__\\s*\\([^)]*\\)\\s*)?(\\w+)\\s*\\(",
          Pattern.MULTILINE);
  private static final List<String> SHIM =
      List.of("shim.h", "shim_math.h", "shim_mma.h", "shim_pipeline.h", "shim_warpgroup.h");
  private static final List<String> FLAGS =
      List.of(
          "-std=c++17",
          "-O1",
          "-g1",
          "-fPIC",
          "-shared",
          "-fvisibility=hidden",
          "-ffp-contract=off",
          "-fno-strict-aliasing",
          "-fno-stack-protector",
          "-fsanitize=alignment,bounds",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-Wno-unused-function",
          "-Wno-unknown-pragmas",
          "-Wno-unused-value");

  private HostCompiler() {}

  /** The kernels that a source defines. */
  static List<String> kernels(String cuda) {
    List<String> names = new ArrayList<>();
    Matcher matcher = KERNEL.matcher(cuda);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** The shared library of a source. */
  static synchronized Path compile(KernelSource source) {
    Map<String, String> shim = shim();
    String cuda = source.cuda();
    String hash =
        Headers.sha256(Headers.closure(cuda), shim.toString(), FLAGS.toString(), Tools.gxx());
    try {
      Path folder = Files.createDirectories(Tools.cache().resolve("host").resolve(hash));
      Path library = folder.resolve(source.name() + ".so");
      if (!Files.exists(library)) {
        build(source.name(), cuda, shim, folder, library);
      }
      return library;
    } catch (IOException e) {
      throw new IllegalStateException("host compiler: " + source.name() + ": " + e, e);
    }
  }

  private static void build(
      String name, String cuda, Map<String, String> shim, Path folder, Path library)
      throws IOException {
    for (Map.Entry<String, String> header : shim.entrySet()) {
      Files.writeString(folder.resolve(header.getKey()), header.getValue());
    }
    Headers.write(cuda, folder);
    StringBuilder text =
        new StringBuilder("#line 1 \"" + name + ".cu\"\n").append(cuda).append('\n');
    for (String kernel : kernels(cuda)) {
      text.append("SHIM_KERNEL(").append(kernel).append(")\n");
    }
    Path unit = folder.resolve(name + ".cpp");
    Files.writeString(unit, text);
    Path fresh = Files.createTempFile(folder, name, ".so");
    List<String> command = new ArrayList<>(List.of(Tools.gxx()));
    command.addAll(FLAGS);
    command.addAll(List.of("-I" + folder, "-o", fresh.toString(), unit.toString(), "-lm"));
    Tools.run(command);
    try {
      Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(fresh, library, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The headers of the shim by name, in a fixed order. */
  private static Map<String, String> shim() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : SHIM) {
      try (InputStream in = HostCompiler.class.getResourceAsStream(name)) {
        headers.put(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new IllegalStateException("host compiler: " + name + ": " + e, e);
      }
    }
    return headers;
  }
}
