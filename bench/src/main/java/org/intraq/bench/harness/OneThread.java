package org.intraq.bench.harness;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The thread that calls the implementations from warming up to the last window, for JMH as its
 * executor.
 *
 * <p>JMH's own executors start a thread for each window. Then every window would begin with what
 * belongs to a thread being made anew: this engine's packing buffers, PyTorch's team of OpenMP
 * threads, and the memory that the C library gives each thread an arena of. A step of fine-tuning
 * took PyTorch 1 to 5 s that way, 1.3 s since.
 */
public final class OneThread extends AbstractExecutorService {
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("intraq-bench").unstarted(task));

  private volatile boolean shutdown;

  /** As JMH makes it; there is one thread, however many are asked for. */
  public OneThread(int threads, String prefix) {
    if (threads != 1) {
      throw new IllegalArgumentException(
          "bench: expected 1 calling thread, got " + threads + " for " + prefix);
    }
  }

  /** Tells JMH to use it. */
  public static void forJmh() {
    System.setProperty("jmh.executor", "CUSTOM");
    System.setProperty("jmh.executor.class", OneThread.class.getName());
  }

  /** Calls {@code work} on the thread, and rethrows its exception. */
  public static <T> T call(Callable<T> work) {
    try {
      return THREAD.submit(work).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("bench: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("bench: interrupted", e);
    }
  }

  @Override
  public void execute(Runnable task) {
    THREAD.execute(task);
  }

  /** Ends this window's use; the thread lives on. */
  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }
}
