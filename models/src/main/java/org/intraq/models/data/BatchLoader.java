package org.intraq.models.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * Loads and preprocesses images ahead of computing, in its own threads, in a given order.
 *
 * <pre>
 *   order   | batch 0 | batch 1 | batch 2 | batch 3 | ...
 *   ring    [ slot 0 ][ slot 1 ][ slot 2 ]             batch b is filled into slot b mod depth
 *             taken     ready     filling
 * </pre>
 *
 * <p>Memory is {@code depth} batches plus one image a thread. A worker claims the next batch when
 * its slot is free; the batches come out in order and with the same content for any number of
 * threads. One thread takes batches: {@code for (Batch b = loader.next(); b != null; b =
 * loader.next())}. An error met while loading is thrown when its batch would be taken.
 */
public final class BatchLoader implements AutoCloseable {
  /**
   * How to load.
   *
   * @param batchSize images in a batch
   * @param threads loading threads
   * @param depth batches in memory, the one being computed on included; at least 2
   * @param dropLast leave out a last batch that is not full, as training does
   * @param skipUndecodable leave images that cannot be decoded out and report them in {@link
   *     #skipped} instead of failing
   */
  public record Options(
      int batchSize, int threads, int depth, boolean dropLast, boolean skipUndecodable) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Options {
      if (batchSize < 1 || threads < 1 || depth < 2) {
        throw new IllegalArgumentException(
            "batch loader: expected batch size and threads of at least 1 and depth of at least 2, got %d, %d, %d"
                .formatted(batchSize, threads, depth));
      }
    }

    /** Every image once, those that cannot be decoded skipped; one thread, three batches. */
    public static Options forEvaluation(int batchSize) {
      return new Options(batchSize, 1, 3, false, true);
    }

    /**
     * Full batches only, those images that cannot be decoded skipped; one thread, three batches.
     */
    public static Options forTraining(int batchSize) {
      return new Options(batchSize, 1, 3, true, true);
    }

    /** Returns these options with another number of threads and room for their batches. */
    public Options withThreads(int count) {
      return new Options(batchSize, count, Math.max(depth, count + 2), dropLast, skipUndecodable);
    }
  }

  private static final class Slot {
    final float[] pixels;
    final int[] labels;
    final int[] indices;
    int count;
    final List<SkippedFile> skipped = new ArrayList<>();
    Throwable failure;
    boolean ready;

    Slot(int batchSize, int imageLength) {
      pixels = new float[batchSize * imageLength];
      labels = new int[batchSize];
      indices = new int[batchSize];
    }
  }

  private final ImageDataset dataset;
  private final Preprocessing preprocessing;
  private final float[] table;
  private final Augmentation augmentation;
  private final IntFunction<RandomGenerator> randomOf;
  private final int[] order;
  private final Options options;
  private final int batches;

  private final Slot[] ring;
  private final List<Thread> workers = new ArrayList<>();
  private final List<SkippedFile> skipped = Collections.synchronizedList(new ArrayList<>());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition slotFree = lock.newCondition();
  private final Condition batchReady = lock.newCondition();
  private int claimed; // Batches that a worker has begun.
  private int taken; // Batches handed out.
  private int released; // Batches whose slot may be filled again.
  private boolean closed;

  /** Loads without augmentation; see the other constructor. */
  public BatchLoader(
      ImageDataset dataset, Preprocessing preprocessing, int[] order, Options options) {
    this(dataset, preprocessing, null, null, order, options);
  }

  /**
   * Starts loading.
   *
   * @param augmentation applied after resizing and padding; null for none
   * @param randomOf gives image {@code index} its random source, see {@link Augmentation#perImage};
   *     null without augmentation
   * @param order the images' numbers in the order wanted, any selection of them; copied
   * @throws IllegalArgumentException if {@code order} names an image that the data set lacks
   */
  public BatchLoader(
      ImageDataset dataset,
      Preprocessing preprocessing,
      Augmentation augmentation,
      IntFunction<RandomGenerator> randomOf,
      int[] order,
      Options options) {
    this.dataset = dataset;
    this.preprocessing = preprocessing;
    this.table = preprocessing.table();
    this.augmentation = augmentation;
    this.randomOf = augmentation == null ? null : Objects.requireNonNull(randomOf, "randomOf");
    this.order = order.clone();
    this.options = options;
    for (int index : this.order) {
      if (index < 0 || index >= dataset.size()) {
        throw new IllegalArgumentException(
            "batch loader: expected image numbers below %d, got %d"
                .formatted(dataset.size(), index));
      }
    }
    int full = order.length / options.batchSize();
    boolean rest = order.length % options.batchSize() != 0;
    this.batches = rest && !options.dropLast() ? full + 1 : full;
    this.ring = new Slot[Math.min(options.depth(), batches)];
    int largest = Math.min(options.batchSize(), order.length);
    if ((long) largest * preprocessing.outputLength() > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "a batch of %d images of %d numbers each is too large; lower --batch to %d"
              .formatted(
                  largest,
                  preprocessing.outputLength(),
                  Integer.MAX_VALUE / preprocessing.outputLength()));
    }
    for (int s = 0; s < ring.length; s++) {
      ring[s] = new Slot(largest, preprocessing.outputLength());
    }
    for (int t = 0; t < Math.min(options.threads(), batches); t++) {
      workers.add(Thread.ofPlatform().daemon().name("batch-loader-" + t).unstarted(this::work));
    }
    workers.forEach(Thread::start);
  }

  /** Returns 0, 1, ..., n-1. */
  public static int[] inOrder(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    return order;
  }

  /** Returns how many batches there are; batches of nothing but skipped images count too. */
  public int batchCount() {
    return batches;
  }

  /** Returns the images left out of the batches taken so far, in order. */
  public List<SkippedFile> skipped() {
    synchronized (skipped) {
      return List.copyOf(skipped);
    }
  }

  /**
   * Returns the next batch, waiting for it if need be, or null after the last. The batch returned
   * before becomes invalid.
   *
   * @throws DataException if an image of the batch could not be loaded and is not to be skipped
   * @throws IllegalStateException if the loader is closed, or this thread interrupted
   */
  public Batch next() {
    lock.lock();
    try {
      released = taken;
      slotFree.signalAll();
      while (taken < batches) {
        Slot slot = awaitReady();
        slot.ready = false;
        taken++;
        skipped.addAll(slot.skipped);
        if (slot.failure != null) {
          throw rethrow(slot.failure);
        }
        if (slot.count > 0) {
          return new Batch(slot.pixels, slot.labels, slot.indices, slot.count);
        }
        released = taken;
        slotFree.signalAll();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Slot awaitReady() {
    Slot slot = ring[taken % ring.length];
    while (!slot.ready && !closed) {
      try {
        batchReady.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("batch loader: interrupted while waiting for a batch", e);
      }
    }
    if (closed) {
      // A slot may be ready and yet half filled: workers stop between images.
      throw new IllegalStateException("batch loader: next() after close()");
    }
    return slot;
  }

  private static RuntimeException rethrow(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException("batch loader: " + failure, failure);
  }

  private void work() {
    for (int batch = claim(); batch >= 0; batch = claim()) {
      Slot slot = ring[batch % ring.length];
      slot.failure = null;
      slot.skipped.clear();
      try {
        fill(slot, batch);
      } catch (Throwable e) {
        slot.failure = e;
      }
      lock.lock();
      try {
        slot.ready = true;
        batchReady.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until the next batch's slot is free and takes it on; -1 when there is nothing to do. */
  private int claim() {
    lock.lock();
    try {
      while (!closed && claimed < batches && claimed - released >= ring.length) {
        slotFree.awaitUninterruptibly();
      }
      return closed || claimed == batches ? -1 : claimed++;
    } finally {
      lock.unlock();
    }
  }

  private void fill(Slot slot, int batch) {
    int from = batch * options.batchSize();
    int to = Math.min(order.length, from + options.batchSize());
    slot.count = 0;
    for (int i = from; i < to && !isClosed(); i++) {
      try {
        put(slot, order[i]);
      } catch (DataException e) {
        if (!options.skipUndecodable()) {
          throw e;
        }
        slot.skipped.add(skip(dataset.imageName(order[i]), e.getMessage()));
      }
    }
  }

  private static SkippedFile skip(String name, String message) {
    String prefix = name + ": ";
    return new SkippedFile(
        name, message.startsWith(prefix) ? message.substring(prefix.length()) : message);
  }

  private void put(Slot slot, int index) {
    DecodedImage image = preprocessing.toPixels(dataset.load(index));
    if (augmentation != null) {
      image = augmentation.apply(image, randomOf.apply(index));
    }
    int offset = slot.count * preprocessing.outputLength();
    preprocessing.normalize(image, table, slot.pixels, offset);
    slot.labels[slot.count] = dataset.label(index);
    slot.indices[slot.count] = index;
    slot.count++;
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Stops the threads, each after the image at hand, and waits for them; may be called twice. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      slotFree.signalAll();
      batchReady.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
