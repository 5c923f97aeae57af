package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.gemm.GemmPanels;
import org.intraq.tensor.kernel.gemm.GemmTile;
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

  /** Tasks wanted where there is work for them. */
  private static final int TASKS = 8;

  /** Multiply-adds of a task, at least: some microseconds, so that handing it over pays. */
  private static final long TASK_WORK = 1 << 18;

  /** Units of a chunk that was made smaller for the sake of more tasks, at least. */
  private static final int LEAST_UNITS = 2;

  /** Columns of a task, at least, as each packs its rows of the input for itself. */
  private static final int LEAST_COLUMNS = 128;

  /** Gives an array that holds the pixels [from, from + count) of the input, and where. */
  interface Source {
    /** The array; valid until the next call of the same thread. */
    float[] load(int from, int count);

    /** Where pixel {@code from} begins in it. */
    int at(int from);

    /** Whether {@link #load} gives one array for all pixels, at no cost. */
    default boolean inMemory() {
      return false;
    }
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

      @Override
      public boolean inMemory() {
        return true;
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
    if (after == Done.NOTHING && in.inMemory()) {
      shareOut(workers, s, pixels, n, k, in.load(0, pixels), in.at(0), packed, out, outAt, tiles);
      return;
    }
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

  /**
   * The same with chunks that suit few pixels, too, and tasks of some columns where rows are few.
   */
  private static void shareOut(
      Workers workers,
      Conv2dShape s,
      int pixels,
      int n,
      int k,
      float[] a,
      int aAt,
      float[] packed,
      float[] out,
      int outAt,
      TileDone tiles) {
    int tasks = (int) Math.clamp((long) pixels * n * k / TASK_WORK, 1, TASKS);
    int units = Math.ceilDiv(pixels, UNIT);
    int pairs = Math.ceilDiv(GemmPanels.panels(n), GemmTile.PANELS);
    // Weights are the larger operand where rows are fewer than columns.
    int columns = n < pixels ? 1 : Math.min(tasks, n / LEAST_COLUMNS);
    int columnTasks = Math.clamp(Integer.highestOneBit(columns), 1, pairs);
    int wanted = Math.min(tasks / columnTasks, units / LEAST_UNITS);
    int rowTasks = Math.max(1, Math.max(wanted, chunks(s, pixels)));
    workers.run(
        rowTasks * columnTasks,
        task -> {
          int row = task / columnTasks;
          int from = (int) ((long) row * units / rowTasks) * UNIT;
          int to = Math.min(pixels, (int) ((row + 1L) * units / rowTasks) * UNIT);
          int part = task % columnTasks;
          int first = part * pairs / columnTasks * GemmTile.PANELS;
          int end = (part + 1) * pairs / columnTasks * GemmTile.PANELS;
          GemmPanels.multiply(
              to - from,
              n,
              k,
              a,
              aAt + from * k,
              k,
              packed,
              first,
              Math.min(end, GemmPanels.panels(n)),
              out,
              outAt + from * n,
              n,
              tiles);
        });
  }
}
