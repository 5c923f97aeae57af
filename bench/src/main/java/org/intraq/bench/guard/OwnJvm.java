package org.intraq.bench.guard;

import java.util.List;
import org.intraq.bench.harness.ChildJvm;

/**
 * Measures one kernel in a JVM of its own: nothing that ran before has left its profile to the
 * compiler.
 */
public final class OwnJvm implements Meter {
  private static final int START_SECONDS = 120;

  private final Class<?> main;
  private final double patience;

  /**
   * Makes one.
   *
   * @param main the program, which answers a {@link Question} with the share
   * @param patience seconds of processor time, see {@link ShareMeter}
   */
  public OwnJvm(Class<?> main, double patience) {
    this.main = main;
    this.patience = patience;
  }

  /** What the JVM is asked. */
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

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the JVM fails, with what it said
   */
  @Override
  public double share(String id, Tier tier, double enough) {
    List<String> words = new Question(id, tier, enough, patience).words();
    // Compiled in the foreground, code is ready when it is asked for, however busy the machine is.
    // Twice the processor time, for a machine with other work.
    long seconds = START_SECONDS + (long) (2 * patience);
    return Double.parseDouble(ChildJvm.ask(main, List.of("-Xbatch"), words, seconds));
  }
}
