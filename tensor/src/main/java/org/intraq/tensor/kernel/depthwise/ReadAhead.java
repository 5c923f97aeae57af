package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.Scratch;

/**
 * Brings rows of a large tensor into the cache before they are walked along one vector of channels
 * after the other, which no prefetcher follows; one read a line along whole rows is a stream that
 * it does, and several misses are under way at a time.
 */
final class ReadAhead {
  /** Floats of a cache line. */
  static final int LINE = 16;

  /** Floats that do not stay in the caches between two kernels. */
  private static final int LARGE = 1 << 22;

  /** The same where walks read ahead themselves, which costs less. */
  private static final int LARGE_FOR_WALKS = 3 << 20;

  /** With fewer channels columns are one run of memory themselves. */
  private static final int CHANNELS = 32;

  private static final int SINK = 8;

  private ReadAhead() {}

  /** Whether it pays for a source and a target of that geometry together. */
  static boolean pays(DepthwiseGeometry g) {
    return elements(g) >= LARGE && g.c() >= CHANNELS;
  }

  /** Whether it pays that walks read ahead. */
  static boolean paysInWalks(DepthwiseGeometry g) {
    return elements(g) >= LARGE_FOR_WALKS && g.c() >= CHANNELS;
  }

  private static long elements(DepthwiseGeometry g) {
    long pixels = (long) g.inH() * g.inW() + (long) g.outH() * g.outW();
    return g.n() * pixels * g.c();
  }

  /** Reads a float of each line of {@code n} elements from {@code at} on. */
  static void row(float[] array, int at, int n) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i + 4 * LINE <= n; i += 4 * LINE) {
      a += array[at + i];
      b += array[at + i + LINE];
      c += array[at + i + 2 * LINE];
      d += array[at + i + 3 * LINE];
    }
    keep(a + b + c + d);
  }

  /** Keeps what depends on numbers read, or the compiler leaves the reading out. */
  static void keep(double read) {
    Scratch.doubles(SINK, 1)[0] = read;
  }
}
