package org.intraq.tensor.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that share out numbered tasks.
 *
 * <p>A kernel cuts its <em>output</em> into tasks whose number and borders depend on the shape
 * alone. Which thread runs a task is left to chance, and therefore must not matter: no task may add
 * to what another one writes. So results are the same bits for any number of threads.
 *
 * <p>The calling thread works too. Workers spin briefly before they park, because kernels follow
 * one another within microseconds. One call runs at a time; a call from inside a task runs its
 * tasks in place.
 *
 * <p>Every other loop of many tasks begins with the last one: layer after layer then first reads
 * what the one before has written last, which is still in the cache.
 */
public final class Workers implements AutoCloseable {
  /** The body of a parallel loop. */
  @FunctionalInterface
  public interface Task {
    /** Runs task {@code index}, 0 <= index < count. */
    void run(int index);
  }

  /** How long an idle worker spins; the package's card has what waking a parked one costs. */
  private static final long SPIN_NANOS = 200_000;

  /** Looks at the job between two looks at the clock. */
  private static final int SPINS = 64;

  /** Tasks from which on a loop may write more than a cache holds. */
  private static final int MANY = 17;

  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private record Job(
      Task task,
      int count,
      boolean reversed,
      AtomicInteger next,
      AtomicInteger unfinished,
      AtomicReference<Throwable> failure) {}

  private final Thread[] threads;
  private volatile Job current;
  private volatile boolean closed;
  private boolean reversed;

  /**
   * Starts {@code threads - 1} daemon threads.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: expected at least 1 thread, got " + threads);
    }
    this.threads = new Thread[threads - 1];
    for (int i = 0; i < this.threads.length; i++) {
      this.threads[i] =
          Thread.ofPlatform().daemon().name("intraq-worker-" + (i + 1)).start(this::serve);
    }
  }

  /** Number of threads that work, the caller's included. */
  public int threads() {
    return threads.length + 1;
  }

  /**
   * Runs tasks 0 .. count - 1 and returns when all have ended; the first exception of a task is
   * rethrown.
   */
  public void run(int count, Task task) {
    if (count <= 0) {
      return;
    }
    if (count == 1 || INSIDE.get()) {
      for (int i = 0; i < count; i++) {
        task.run(i);
      }
    } else if (threads.length == 0) {
      runAlone(count, task, turn(count));
    } else {
      runShared(
          new Job(
              task,
              count,
              turn(count),
              new AtomicInteger(),
              new AtomicInteger(count),
              new AtomicReference<>()));
    }
  }

  /** Whether this loop goes backwards. */
  private boolean turn(int count) {
    if (count < MANY) {
      return false;
    }
    reversed = !reversed;
    return reversed;
  }

  private static void runAlone(int count, Task task, boolean back) {
    INSIDE.set(true);
    try {
      for (int i = 0; i < count; i++) {
        task.run(back ? count - 1 - i : i);
      }
    } finally {
      INSIDE.set(false);
    }
  }

  private synchronized void runShared(Job job) {
    current = job;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    drain(job);
    while (job.unfinished.get() > 0) {
      Thread.onSpinWait();
    }
    current = null;
    Throwable failure = job.failure.get();
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  private void serve() {
    long idleSince = System.nanoTime();
    int spins = 0;
    while (!closed) {
      Job job = current;
      if (job != null && job.next.get() < job.count) {
        drain(job);
        idleSince = System.nanoTime();
      } else if (++spins % SPINS != 0 || System.nanoTime() - idleSince < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        idleSince = System.nanoTime();
      }
    }
  }

  private static void drain(Job job) {
    INSIDE.set(true);
    try {
      for (int i = job.next.getAndIncrement(); i < job.count; i = job.next.getAndIncrement()) {
        try {
          job.task.run(job.reversed ? job.count - 1 - i : i);
        } catch (RuntimeException | Error e) {
          job.failure.compareAndSet(null, e);
        } finally {
          job.unfinished.decrementAndGet();
        }
      }
    } finally {
      INSIDE.set(false);
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
