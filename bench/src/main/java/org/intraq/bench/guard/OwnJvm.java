package org.intraq.bench.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures one kernel in a new JVM with this one's options: nothing that ran before has left its
 * profile to the compiler.
 */
public final class OwnJvm implements Meter {
  private static final String ANSWER = "share ";
  private static final int START_SECONDS = 120;

  private final Class<?> main;
  private final double patience;

  /**
   * Makes one.
   *
   * @param main the program, which gives its arguments to {@link #answer}
   * @param patience seconds of processor time, see {@link ShareMeter}
   */
  public OwnJvm(Class<?> main, double patience) {
    this.main = main;
    this.patience = patience;
  }

  /** What a new JVM is told and asked. */
  public record Question(String id, Tier tier, double enough, double patience) {
    /** From the words of a command line. */
    public static Question of(String... words) {
      return new Question(
          words[0],
          Tier.valueOf(words[1]),
          Double.parseDouble(words[2]),
          Double.parseDouble(words[3]));
    }

    private List<String> words() {
      return List.of(id, tier.name(), Double.toString(enough), Double.toString(patience));
    }
  }

  /** The line by which the new JVM answers. */
  public static String answer(double share) {
    return ANSWER + share;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the JVM fails, with what it said
   */
  @Override
  public double share(String id, Tier tier, double enough) {
    Question question = new Question(id, tier, enough, patience);
    try {
      Path log = Files.createTempFile("intraq-guard", ".log");
      try {
        return ask(question, log);
      } finally {
        Files.delete(log);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("guard: no JVM could be started for " + id, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("guard: interrupted at " + id, e);
    }
  }

  private double ask(Question question, Path log) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command(question));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    // Twice the processor time, for a machine with other work
    boolean ended = process.waitFor(START_SECONDS + (long) (2 * patience), TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(log, StandardCharsets.UTF_8);
    return said.lines()
        .filter(line -> line.startsWith(ANSWER))
        .mapToDouble(line -> Double.parseDouble(line.substring(ANSWER.length())))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "guard: the JVM for %s %s:%n%s"
                        .formatted(question.id(), ended ? "failed" : "took too long", said)));
  }

  private List<String> command(Question question) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // A debugger's port is taken, a coverage agent would slow the kernel down.
      if (!option.startsWith("-agent") && !option.startsWith("-javaagent")) {
        command.add(option);
      }
    }
    // Compiled code runs as soon as it is asked for, however busy the machine is.
    command.add("-Xbatch");
    command.add(main.getName());
    command.addAll(question.words());
    return command;
  }
}
