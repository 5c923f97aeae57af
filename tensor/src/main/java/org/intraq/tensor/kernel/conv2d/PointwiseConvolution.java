package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.gemm.GemmPanels;
import org.intraq.tensor.kernel.gemm.TileDone;
import org.intraq.tensor.parallel.Workers;

/**
 * A 1x1 convolution as the matrix product [pixels, in] x [in, out], in chunks of pixels that stay
 * in the cache for what comes before and after.
 */
final class PointwiseConvolution {
  /** Floats of a chunk's input and output together: half of a common L2 cache of 1 MiB. */
  private static final int TARGET = 1 << 17;

  /** Chunks are multiples of this, a multiple of the rows of every register tile. */
  private static final int UNIT = 12;

  /** A chunk is so many pixels at least, so that the weights are not read too often. */
  private static final int MIN_PIXELS = 6 * UNIT;

  /** And so many at most, because their moments are summed in single precision. */
  private static final int MAX_PIXELS = 82 * UNIT;

  /** Gives an array that holds the pixels [from, from + count) of the input, and where. */
  interface Source {
    /** The array; valid until the next call of the same thread. */
    float[] load(int from, int count);

    /** Where pixel {@code from} begins in it. */
    int at(int from);
  }

  /** Told when pixels of the output are complete. */
  @FunctionalInterface
  interface Done {
    /** For those who need not be told. */
    Done NOTHING = (number, from, count) -> {};

    /** Chunk {@code number}, pixels [from, from + count), is written. */
    void run(int number, int from, int count);
  }

  private PointwiseConvolution() {}

  /** Pixels of an array that holds them all. */
  static Source array(float[] values, int offset, int channels) {
    return new Source() {
      @Override
      public float[] load(int from, int count) {
        return values;
      }

      @Override
      public int at(int from) {
        return offset + from * channels;
      }
    };
  }

  /** Pixels of a chunk. */
  private static int chunk(Conv2dShape s) {
    return Math.clamp(TARGET / (s.ic() + s.oc()) / UNIT * (long) UNIT, MIN_PIXELS, MAX_PIXELS);
  }

  /** Chunks of so many pixels. */
  static int chunks(Conv2dShape s, int pixels) {
    return (pixels + chunk(s) - 1) / chunk(s);
  }

  /** Floats of the packed weights. */
  static int packedSize(Conv2dShape s, boolean adjoint) {
    return adjoint ? GemmPanels.size(s.ic(), s.oc()) : GemmPanels.size(s.oc(), s.ic());
  }

  /** Packs w [IC, OC], for the adjoint transposed. */
  static void pack(
      Workers workers, Conv2dShape s, boolean adjoint, float[] w, int wAt, float[] packed) {
    int n = adjoint ? s.ic() : s.oc();
    int k = adjoint ? s.oc() : s.ic();
    workers.run(
        GemmPanels.panels(n),
        panel -> GemmPanels.pack(adjoint, n, k, panel, w, wAt, s.oc(), packed));
  }

  /** y [pixels, OC] = x [pixels, IC] w. */
  static void forward(
      Workers workers, Conv2dShape s, Source x, float[] packed, float[] y, int yAt, Done after) {
    run(workers, s, s.oc(), s.ic(), x, packed, y, yAt, null, after);
  }

  /** The same; {@code tiles}, if not null, is told of each tile before {@code after} is. */
  static void forward(
      Workers workers,
      Conv2dShape s,
      Source x,
      float[] packed,
      float[] y,
      int yAt,
      TileDone tiles,
      Done after) {
    run(workers, s, s.oc(), s.ic(), x, packed, y, yAt, tiles, after);
  }

  /** dx [pixels, IC] = dy [pixels, OC] w^T. */
  static void backwardInput(
      Workers workers, Conv2dShape s, Source dy, float[] packed, float[] dx, int dxAt) {
    run(workers, s, s.ic(), s.oc(), dy, packed, dx, dxAt, null, Done.NOTHING);
  }

  private static void run(
      Workers workers,
      Conv2dShape s,
      int n,
      int k,
      Source in,
      float[] packed,
      float[] out,
      int outAt,
      TileDone tiles,
      Done after) {
    int pixels = s.n() * s.h() * s.w();
    int size = chunk(s);
    workers.run(
        chunks(s, pixels),
        number -> {
          int from = number * size;
          int count = Math.min(size, pixels - from);
          float[] a = in.load(from, count);
          GemmPanels.multiply(
              count, n, k, a, in.at(from), k, packed, out, outAt + from * n, n, tiles);
          after.run(number, from, count);
        });
  }
}
