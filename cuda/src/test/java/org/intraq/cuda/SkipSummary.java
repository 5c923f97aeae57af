package org.intraq.cuda;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end of the module's tests, in the build's output, what was not tested for want of
 * hardware or tools, and why: a green build must not pass for one on a GPU. JUnit finds this class
 * by its service file.
 */
public final class SkipSummary implements TestExecutionListener {
  private static final AtomicInteger WITHOUT_GPU = new AtomicInteger();

  private final Map<String, Integer> skipped = new TreeMap<>();

  /** Notes a test that would also have run on a GPU. */
  static void withoutGpu() {
    WITHOUT_GPU.incrementAndGet();
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && result.getStatus() == TestExecutionResult.Status.ABORTED) {
      String reason = result.getThrowable().map(Throwable::getMessage).orElse("no reason given");
      skipped.merge(reason.replaceFirst(".*skipped: ", ""), 1, Integer::sum);
    }
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    skipped.merge(reason, 1, Integer::sum);
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    if (WITHOUT_GPU.get() > 0) {
      System.out.printf(
          "CUDA: %d tests ran on the host shim only and not on a GPU: %s%n",
          WITHOUT_GPU.getAndSet(0), new CudaProvider().reason());
    }
    skipped.forEach(
        (reason, count) -> System.out.printf("CUDA: %d tests skipped: %s%n", count, reason));
    skipped.clear();
  }
}
