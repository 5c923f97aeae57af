package org.intraq.bench.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares the share of this machine's peak that kernels reach with the share that was recorded.
 *
 * <p>A lost vectorisation costs a factor of ten, in every JVM, and is visible in no review. A
 * kernel passes as soon as it has reached half of its record. One that is slower is asked again in
 * JVMs of its own: there it is slow only if its code is, and not because the compiler met it in an
 * unlucky moment or because another program had the machine.
 */
public final class Guard {
  /** The part of the recorded share that a kernel may not fall below. */
  public static final double FLOOR = 0.5;

  private static final String RESOURCE = "shares.properties";
  private static final int JVMS = 2;

  private final Meter here;
  private final Meter ownJvm;
  private final long pauseMillis;

  /**
   * What was found.
   *
   * @param id the case
   * @param shares of the peak that were reached, here and then in JVMs of its own
   * @param recorded share
   */
  public record Finding(String id, List<Double> shares, double recorded) {
    /** Whether the kernel has kept at least half of its speed. */
    public boolean passed() {
      return shares.stream().anyMatch(this::fast);
    }

    /** Whether it has, but not where it was measured first. */
    public boolean recovered() {
      return passed() && !fast(shares.getFirst());
    }

    private boolean fast(double share) {
      return share >= FLOOR * recorded;
    }

    @Override
    public String toString() {
      String all =
          shares.stream()
              .map(share -> String.format(Locale.ROOT, "%.3f", share))
              .collect(Collectors.joining(", in a JVM of its own "));
      return String.format(
          Locale.ROOT, "%s reaches %s of the peak, recorded %.3f", id, all, recorded);
    }
  }

  /**
   * Makes a guard.
   *
   * @param here measures first
   * @param ownJvm measures what was slow, up to two times
   * @param pauseMillis between those two: time for another program to end
   */
  public Guard(Meter here, Meter ownJvm, long pauseMillis) {
    this.here = here;
    this.ownJvm = ownJvm;
    this.pauseMillis = pauseMillis;
  }

  /** The recorded shares by case. */
  public static Map<String, Double> recorded() {
    Properties properties = new Properties();
    try (InputStream in = Guard.class.getResourceAsStream(RESOURCE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("guard: " + RESOURCE + " cannot be read", e);
    }
    Map<String, Double> shares = new TreeMap<>();
    properties.forEach((id, share) -> shares.put((String) id, Double.valueOf((String) share)));
    return shares;
  }

  /** Checks one kernel. */
  public Finding check(String id, double recorded, Tier tier) {
    double enough = FLOOR * recorded;
    List<Double> shares = new ArrayList<>();
    shares.add(here.share(id, tier, enough));
    while (shares.getLast() < enough && shares.size() <= JVMS) {
      if (shares.size() > 1) {
        pause();
      }
      shares.add(ownJvm.share(id, tier, enough));
    }
    return new Finding(id, List.copyOf(shares), recorded);
  }

  private void pause() {
    try {
      Thread.sleep(pauseMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("guard: interrupted", e);
    }
  }

  /** Checks all that are recorded. */
  public List<Finding> checkAll() {
    List<Finding> findings = new ArrayList<>();
    recorded().forEach((id, recorded) -> findings.add(check(id, recorded, Tier.SIMD)));
    return findings;
  }
}
