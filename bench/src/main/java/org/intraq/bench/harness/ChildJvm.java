package org.intraq.bench.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of this class path in a new JVM with this one's options, and takes its answer. */
public final class ChildJvm {
  private static final String ANSWER = "answer: ";

  private ChildJvm() {}

  /** Gives an answer; for the program. */
  public static void answer(String text) {
    System.out.println(ANSWER + text);
  }

  /**
   * Runs {@code main} with {@code words}, and gives its answer.
   *
   * @param options more options for the JVM
   * @param seconds after which it is ended
   * @throws IllegalStateException if there is no answer, with what the program said
   */
  public static String ask(Class<?> main, List<String> options, List<String> words, long seconds) {
    try {
      Path log = Files.createTempFile("intraq-jvm", ".log");
      try {
        return ask(main, options, words, seconds, log);
      } finally {
        Files.delete(log);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("bench: no JVM could be started for " + words, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("bench: interrupted at " + words, e);
    }
  }

  private static String ask(
      Class<?> main, List<String> options, List<String> words, long seconds, Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // A debugger's port is taken, a coverage agent would slow kernels down.
      if (!option.startsWith("-agent") && !option.startsWith("-javaagent")) {
        command.add(option);
      }
    }
    command.addAll(options);
    command.add(main.getName());
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(log, StandardCharsets.UTF_8);
    return said.lines()
        .filter(line -> line.startsWith(ANSWER))
        .map(line -> line.substring(ANSWER.length()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "bench: the JVM for %s %s:%n%s"
                        .formatted(words, ended ? "failed" : "took too long", said)));
  }
}
