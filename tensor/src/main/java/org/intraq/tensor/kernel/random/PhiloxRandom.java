package org.intraq.tensor.kernel.random;

import java.util.random.RandomGenerator;

/**
 * A generator on {@link Philox} whose whole state is a key, a counter and a position: it can be
 * saved, restored, and share its stream with the kernels that fill tensors.
 *
 * <p>The methods defined here give the same numbers for the same seed on every machine and JDK;
 * those that {@link RandomGenerator} adds on top of them depend on the JDK's algorithms. Not
 * thread-safe.
 */
public final class PhiloxRandom implements RandomGenerator {
  /**
   * All there is to know about a generator.
   *
   * @param key the key of its stream
   * @param counter the block that comes next
   * @param used words of the block before it that are used up, 4 if all
   */
  public record State(long key, long counter, int used) {
    /**
     * Checks the position.
     *
     * @throws IllegalArgumentException if {@code used} is outside 0 to 4
     */
    public State {
      if (used < 0 || used > Philox.BLOCK) {
        throw new IllegalArgumentException("philox state: expected 0 to 4 used words, got " + used);
      }
    }
  }

  private final long key;
  private final int[] words = new int[Philox.BLOCK];
  private long counter;
  private int used = Philox.BLOCK;

  /** A generator at the start of the stream of {@code seed}. */
  public PhiloxRandom(long seed) {
    this.key = seed;
  }

  /** A generator that goes on where {@code state} was taken. */
  public PhiloxRandom(State state) {
    this.key = state.key();
    this.counter = state.counter();
    this.used = state.used();
    if (used < Philox.BLOCK) {
      Philox.block(key, counter - 1, 0, words, 0);
    }
  }

  /** The present state. */
  public State state() {
    return new State(key, counter, used);
  }

  /** The key, for the operations that fill tensors. */
  public long key() {
    return key;
  }

  /**
   * A generator with a stream of its own, a function of this one's key and {@code stream} alone:
   * what either of them draws does not change the other.
   */
  public PhiloxRandom child(long stream) {
    int[] block = new int[Philox.BLOCK];
    // Counters with upper words are used for this and nothing else.
    Philox.block(key, stream, 1, block, 0);
    return new PhiloxRandom((block[0] & 0xFFFFFFFFL) | (long) block[1] << 32);
  }

  /**
   * Sets aside the blocks that a tensor of {@code elements} takes and returns the counter of the
   * first; what is left of the present block is dropped.
   */
  public long reserve(int elements) {
    if (elements < 0) {
      throw new IllegalArgumentException("reserve: expected elements >= 0, got " + elements);
    }
    long first = counter;
    counter += ((long) elements + Philox.BLOCK - 1) / Philox.BLOCK;
    used = Philox.BLOCK;
    return first;
  }

  /** The next word. */
  @Override
  public int nextInt() {
    if (used == Philox.BLOCK) {
      Philox.block(key, counter, 0, words, 0);
      counter++;
      used = 0;
    }
    return words[used++];
  }

  /** Two words, the lower half first. */
  @Override
  public long nextLong() {
    long low = nextInt() & 0xFFFFFFFFL;
    return low | (long) nextInt() << 32;
  }

  /**
   * Uniform in [0, bound), without bias.
   *
   * <p>Source: Lemire, Fast Random Integer Generation in an Interval, 2019.
   */
  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("nextInt: expected a bound > 0, got " + bound);
    }
    long product = (nextInt() & 0xFFFFFFFFL) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long threshold = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < threshold) {
        product = (nextInt() & 0xFFFFFFFFL) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** Uniform in [0, 1): 24 bits of a word. */
  public float uniform() {
    return Philox.unit(nextInt());
  }

  /** Uniform in [low, high), as {@link RandomFill#uniform} maps it. */
  public float uniform(float low, float high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException("uniform: expected low <= high, got " + low + ", " + high);
    }
    float largest = high > low ? Math.nextDown(high) : low;
    return Math.min(Math.fma(uniform(), high - low, low), largest);
  }

  @Override
  public float nextFloat() {
    return uniform();
  }

  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** Standard normal in float precision: the cosine of Box-Muller on the next two words. */
  public float normal() {
    int w0 = nextInt();
    return BoxMuller.first(w0, nextInt());
  }

  @Override
  public double nextGaussian() {
    return normal();
  }

  /**
   * A random order of 0 .. n - 1, each equally likely.
   *
   * <p>Source: Fisher-Yates shuffle (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 P).
   */
  public int[] permutation(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("permutation: expected n >= 0, got " + n);
    }
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
