package org.intraq.cuda.build;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compilers of this machine, and where their results are kept. */
public final class Tools {
  private Tools() {}

  /** Whether a program is on the path. */
  public static boolean has(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** The C++ compiler. */
  public static String gxx() {
    return "g++";
  }

  /** {@code target/cuda}, or {@code -Dcuda.cache=DIR}. */
  public static Path cache() {
    return Path.of(System.getProperty("cuda.cache", "target/cuda")).toAbsolutePath();
  }

  /** Runs a command and gives what it wrote; throws with that if it fails. */
  public static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + ": exit " + code + "\n" + output);
      }
      return output;
    } catch (IOException e) {
      throw new IllegalStateException(command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command.getFirst() + ": interrupted", e);
    }
  }
}
