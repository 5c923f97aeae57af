package org.intraq.bench.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.backend.Backend;

/**
 * Compares the share of this machine's peak that kernels reach with the share that was recorded.
 *
 * <p>A lost vectorisation costs a factor of ten and is visible in no review. The peak (a loop of
 * fused multiply-adds, or a copy of as many bytes as the kernel moves) and the kernel run by turns
 * in short windows, and the best of each counts: what disturbs a machine makes windows slower,
 * never faster. A kernel passes as soon as it has reached half of its record.
 */
public final class Guard {
  /** The part of the recorded share that a kernel may not fall below. */
  public static final double FLOOR = 0.5;

  private static final String RESOURCE = "shares.properties";
  private static final long WARM_UP_NANOS = 150_000_000L;
  private static final long WINDOW_NANOS = 10_000_000L;

  private final Function<String, Case> catalogue;
  private final long patienceNanos;

  /**
   * What was found.
   *
   * @param id the case
   * @param share of the peak that was reached
   * @param recorded share
   */
  public record Finding(String id, double share, double recorded) {
    /** Whether the kernel has kept at least half of its speed. */
    public boolean passed() {
      return share >= FLOOR * recorded;
    }

    @Override
    public String toString() {
      return "%s reaches %.3f of the peak, recorded %.3f".formatted(id, share, recorded);
    }
  }

  /**
   * Makes a guard.
   *
   * @param catalogue the cases by their ids
   * @param patience seconds of processor time after which a kernel that has not reached its floor
   *     has failed
   */
  public Guard(Function<String, Case> catalogue, double patience) {
    this.catalogue = catalogue;
    this.patienceNanos = (long) (patience * 1e9);
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
  public Finding check(String id, double recorded, Backend backend) {
    return new Finding(id, share(id, FLOOR * recorded, backend), recorded);
  }

  /** Checks all that are recorded. */
  public List<Finding> checkAll(Backend backend) {
    List<Finding> findings = new ArrayList<>();
    recorded().forEach((id, recorded) -> findings.add(check(id, recorded, backend)));
    return findings;
  }

  /** The best share within the patience. */
  public double record(String id, Backend backend) {
    return share(id, Double.POSITIVE_INFINITY, backend);
  }

  private double share(String id, double enough, Backend backend) {
    Case problem = catalogue.apply(id);
    Work work = problem.work();
    Peaks peaks = new Peaks(work);
    try (Instance instance = problem.make(backend)) {
      instance.begin();
      repeat(instance, WARM_UP_NANOS);
      double peak = 0;
      double rate = 0;
      long end = CpuClock.nanos() + patienceNanos;
      do {
        peak = Math.max(peak, peaks.measure());
        rate = Math.max(rate, work.rate(repeat(instance, WINDOW_NANOS)));
        peak = Math.max(peak, peaks.measure());
      } while (rate / peak < enough && CpuClock.nanos() < end);
      if (Float.isNaN(peaks.sink())) {
        throw new IllegalStateException("guard: the peak loop computed NaN");
      }
      return rate / peak;
    }
  }

  /** Runs for at least so long; gives the mean time of a run. */
  private static double repeat(Instance instance, long nanos) {
    long start = CpuClock.nanos();
    int runs = 0;
    long elapsed;
    do {
      instance.run();
      runs++;
      elapsed = CpuClock.nanos() - start;
    } while (elapsed < nanos);
    return (double) elapsed / runs;
  }
}
