package org.intraq.bench;

import org.intraq.bench.harness.ChildJvm;

/** The program of {@link Steadiness#inOwnJvm}. */
final class SteadyMain {
  private SteadyMain() {}

  /** Measures case, implementation, threads, iterations. */
  public static void main(String[] args) {
    ChildJvm.answer(
        Steadiness.measure(
                Catalogue.get(args[0]),
                args[1],
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]))
            .words());
    System.exit(0); // other libraries leave threads behind
  }
}
