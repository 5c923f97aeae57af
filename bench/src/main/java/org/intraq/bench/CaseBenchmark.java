package org.intraq.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.intraq.bench.harness.Instance;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The one JMH benchmark: runs a case of the catalogue. {@link Comparison} runs it for all
 * implementations in turn; JMH's own command line runs it by {@code -p id=... -p impl=...}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class CaseBenchmark {
  /** {@link org.intraq.bench.harness.Case#id}. */
  @Param({"gemm/square1024:NN"})
  public String id;

  /** {@code simd}, {@code reference}, or a peer's name. */
  @Param({"simd", "reference"})
  public String impl;

  /** Threads. */
  @Param({"1"})
  public int threads;

  private Instance instance;
  private boolean owned;

  /** Takes over what {@link Comparison} prepared, or sets the case up and verifies it. */
  @Setup
  public void setUp() {
    instance = Prepared.find(id, impl, threads);
    owned = instance == null;
    if (owned) {
      Verification.againstReference(Catalogue.get(id), List.of(impl), 1);
      instance = Implementation.of(impl).make(Catalogue.get(id), threads).orElseThrow();
    }
    instance.begin();
  }

  /** Closes what {@link #setUp} opened. */
  @TearDown
  public void tearDown() {
    if (owned) {
      instance.close();
    }
  }

  /** Solves the case once. */
  @Benchmark
  public float run() {
    instance.run();
    return 0f;
  }
}
