package org.intraq.tensor.kernel.batchnorm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * The two sums of every gradient of an affine map of channels: of g * (x - center[c]) and of g.
 *
 * <p>A chunk of rows is summed in single precision, chunks are added in double in their order, so
 * that the result depends on the shape alone.
 */
final class ChannelSums {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /** Elements of a chunk: 256 KiB of each array. */
  private static final int CHUNK = 1 << 16;

  /** Rows of a chunk, at least: keeps the partial results small beside the data. */
  private static final int MIN_ROWS = 64;

  /** Elements of a tensor that does not stay in the caches between two kernels. */
  static final int LARGE = 1 << 21;

  private static final int CENTERS = 2;
  private static final int PARTIALS = 6;

  private ChannelSums() {}

  /** How [M, C] is cut into chunks, and where their sums lie: [chunk][products, sums][width]. */
  record Plan(int m, int c, int repeat, int rowsPerChunk, int chunks, float[] partials) {
    /** The plan of a shape; the partial sums are the calling thread's scratch. */
    static Plan of(int m, int c) {
      int repeat = ChannelTiling.repeat(c, LANES);
      int rows =
          Math.min(ChannelTiling.rowsPerBlock(repeat * c, CHUNK, MIN_ROWS), BatchMoments.MAX_CHUNK);
      int chunks = ChannelTiling.blocks(m, repeat, rows);
      float[] partials = Scratch.floats(PARTIALS, chunks * 2 * repeat * c);
      return new Plan(m, c, repeat, rows, chunks, partials);
    }

    int width() {
      return repeat * c;
    }

    /** Where a chunk's products begin; its sums follow after {@link #width()}. */
    int at(int chunk) {
      return chunk * 2 * width();
    }

    /** Runs the chunks, whose partial sums start from zero. */
    void forEach(Workers workers, ChannelTiling.Block block) {
      ChannelTiling.forEach(
          workers,
          m,
          c,
          repeat,
          rowsPerChunk,
          (index, rows, columns, at) -> {
            Arrays.fill(partials, at(index), at(index + 1), 0f);
            block.run(index, rows, columns, at);
          });
    }

    /** Adds the chunks up. */
    void finish(float[] products, int productsAt, float[] sums, int sumsAt) {
      double[] totals = Scratch.doubles(PARTIALS, 2 * c);
      Arrays.fill(totals, 0, 2 * c, 0.0);
      for (int chunk = 0; chunk < chunks; chunk++) {
        for (int copy = 0; copy < repeat; copy++) {
          add(c, partials, at(chunk) + copy * c, totals, 0);
          add(c, partials, at(chunk) + width() + copy * c, totals, c);
        }
      }
      for (int j = 0; j < c; j++) {
        products[productsAt + j] = (float) totals[j];
        sums[sumsAt + j] = (float) totals[c + j];
      }
    }

    private static void add(int c, float[] partials, int at, double[] totals, int to) {
      for (int j = 0; j < c; j++) {
        totals[to + j] += partials[at + j];
      }
    }
  }

  /** products[c] = sum of dy * (x - center[c]), sums[c] = sum of dy; center may be null. */
  static void sums(
      Workers workers,
      int m,
      int c,
      float[] x,
      int xAt,
      float[] center,
      int centerAt,
      float[] dy,
      int dyAt,
      float[] products,
      int productsAt,
      float[] sums,
      int sumsAt) {
    Plan plan = Plan.of(m, c);
    float[] centers = centers(center, centerAt, c, plan.repeat());
    plan.forEach(
        workers,
        (index, rows, columns, at) ->
            chunk(
                (long) m * c >= LARGE,
                rows,
                columns,
                x,
                xAt + at,
                centers,
                dy,
                dyAt + at,
                plan.partials(),
                plan.at(index),
                plan.at(index) + plan.width()));
    plan.finish(products, productsAt, sums, sumsAt);
  }

  /** The center of each column of a wide row, zeros for null. */
  static float[] centers(float[] center, int centerAt, int c, int repeat) {
    float[] centers = Scratch.floats(CENTERS, repeat * c);
    if (center == null) {
      Arrays.fill(centers, 0, repeat * c, 0f);
    } else {
      ChannelTiling.repeat(center, centerAt, c, repeat, centers);
    }
    return centers;
  }

  /**
   * Adds a chunk up, by four rows at a time where it lies in a cache. From memory a row at a time
   * takes half as long, since each load instruction then runs along it and the prefetcher follows.
   */
  private static void chunk(
      boolean large,
      int rows,
      int columns,
      float[] x,
      int xAt,
      float[] centers,
      float[] dy,
      int dyAt,
      float[] partials,
      int productsAt,
      int sumsAt) {
    int i = 0;
    for (; !large && i + 4 <= rows; i += 4) {
      int row = i * columns;
      fourRows(columns, x, xAt + row, centers, dy, dyAt + row, partials, productsAt, sumsAt);
    }
    for (; i < rows; i++) {
      int row = i * columns;
      oneRow(columns, x, xAt + row, centers, dy, dyAt + row, partials, productsAt, sumsAt);
    }
  }

  private static void oneRow(
      int columns,
      float[] x,
      int xAt,
      float[] centers,
      float[] dy,
      int dyAt,
      float[] partials,
      int productsAt,
      int sumsAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      FloatVector.fromArray(S, x, xAt + j)
          .sub(FloatVector.fromArray(S, centers, j))
          .lanewise(FMA, gradient, FloatVector.fromArray(S, partials, productsAt + j))
          .intoArray(partials, productsAt + j);
      FloatVector.fromArray(S, partials, sumsAt + j).add(gradient).intoArray(partials, sumsAt + j);
    }
    addRow(j, columns, x, xAt, centers, dy, dyAt, partials, productsAt, sumsAt);
  }

  private static void fourRows(
      int columns,
      float[] x,
      int xAt,
      float[] centers,
      float[] dy,
      int dyAt,
      float[] partials,
      int productsAt,
      int sumsAt) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector center = FloatVector.fromArray(S, centers, j);
      FloatVector g0 = FloatVector.fromArray(S, dy, dyAt + j);
      FloatVector g1 = FloatVector.fromArray(S, dy, dyAt + j + columns);
      FloatVector g2 = FloatVector.fromArray(S, dy, dyAt + j + 2 * columns);
      FloatVector g3 = FloatVector.fromArray(S, dy, dyAt + j + 3 * columns);
      FloatVector sum = g0.add(g1).add(g2.add(g3));
      g0 = g0.mul(FloatVector.fromArray(S, x, xAt + j).sub(center));
      g2 = g2.mul(FloatVector.fromArray(S, x, xAt + j + 2 * columns).sub(center));
      g0 = g1.lanewise(FMA, FloatVector.fromArray(S, x, xAt + j + columns).sub(center), g0);
      g2 = g3.lanewise(FMA, FloatVector.fromArray(S, x, xAt + j + 3 * columns).sub(center), g2);
      FloatVector product = g0.add(g2);
      FloatVector.fromArray(S, partials, productsAt + j)
          .add(product)
          .intoArray(partials, productsAt + j);
      FloatVector.fromArray(S, partials, sumsAt + j).add(sum).intoArray(partials, sumsAt + j);
    }
    for (int row = 0; row < 4 * columns; row += columns) {
      addRow(j, columns, x, xAt + row, centers, dy, dyAt + row, partials, productsAt, sumsAt);
    }
  }

  /** Columns [from, columns) of one row. */
  private static void addRow(
      int from,
      int columns,
      float[] x,
      int xAt,
      float[] centers,
      float[] dy,
      int dyAt,
      float[] partials,
      int productsAt,
      int sumsAt) {
    for (int j = from; j < columns; j++) {
      partials[productsAt + j] += dy[dyAt + j] * (x[xAt + j] - centers[j]);
      partials[sumsAt + j] += dy[dyAt + j];
    }
  }
}
