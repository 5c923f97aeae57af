package org.intraq.tensor.kernel.reduce;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link Reduction} with the Vector API.
 *
 * <p>Tasks reduce blocks of fixed size; blocks are then joined in their order, sums in double. An
 * extremum is a comparison and a blend; NaN, which no comparison finds, is looked for in the same
 * pass by the sum of (a + b) * 0 over pairs, which is NaN where an element is NaN or infinite (or a
 * pair's sum overflows); only then a second look decides.
 */
public final class ReductionSimd implements Reduction {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /** Elements of a task. */
  private static final int BLOCK = 1 << 15;

  /** Elements that four vector accumulators add up before they go into a double. */
  private static final int RUN = 1 << 11;

  private static final int PARTIALS = 0;
  private static final int LANE_SUMS = 1;
  private static final int LANE_ENDS = 2;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public ReductionSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public double sum(int n, float[] x, int xAt) {
    return total(n, x, xAt, false);
  }

  @Override
  public double sumSquares(int n, float[] x, int xAt) {
    return total(n, x, xAt, true);
  }

  private double total(int n, float[] x, int xAt, boolean squares) {
    int blocks = Math.ceilDiv(n, BLOCK);
    double[] partials = Scratch.doubles(PARTIALS, blocks);
    workers.run(
        blocks,
        i -> {
          int from = i * BLOCK;
          partials[i] = blockSum(Math.min(BLOCK, n - from), x, xAt + from, squares);
        });
    double sum = 0;
    for (int i = 0; i < blocks; i++) {
      sum += partials[i];
    }
    return sum;
  }

  private static double blockSum(int n, float[] x, int xAt, boolean squares) {
    float[] lanes = Scratch.floats(LANE_SUMS, LANES);
    double sum = 0;
    for (int from = 0; from < n; from += RUN) {
      int count = Math.min(RUN, n - from);
      if (squares) {
        runOfSquares(count, x, xAt + from, lanes);
      } else {
        runOfValues(count, x, xAt + from, lanes);
      }
      // Not reduceLanes: its order is unspecified and differs between interpreter and compiler.
      for (int i = 0; i < LANES; i++) {
        sum += lanes[i];
      }
    }
    return sum;
  }

  private static void runOfValues(int n, float[] x, int xAt, float[] lanes) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    int i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
      s0 = FloatVector.fromArray(S, x, xAt + i).lanewise(ADD, s0);
      s1 = FloatVector.fromArray(S, x, xAt + i + LANES).lanewise(ADD, s1);
      s2 = FloatVector.fromArray(S, x, xAt + i + 2 * LANES).lanewise(ADD, s2);
      s3 = FloatVector.fromArray(S, x, xAt + i + 3 * LANES).lanewise(ADD, s3);
    }
    for (; i < n; i += LANES) {
      s0 = FloatVector.fromArray(S, x, xAt + i, S.indexInRange(i, n)).lanewise(ADD, s0);
    }
    s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
  }

  private static void runOfSquares(int n, float[] x, int xAt, float[] lanes) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    int i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
      FloatVector x0 = FloatVector.fromArray(S, x, xAt + i);
      FloatVector x1 = FloatVector.fromArray(S, x, xAt + i + LANES);
      FloatVector x2 = FloatVector.fromArray(S, x, xAt + i + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(S, x, xAt + i + 3 * LANES);
      s0 = x0.lanewise(FMA, x0, s0);
      s1 = x1.lanewise(FMA, x1, s1);
      s2 = x2.lanewise(FMA, x2, s2);
      s3 = x3.lanewise(FMA, x3, s3);
    }
    for (; i < n; i += LANES) {
      FloatVector rest = FloatVector.fromArray(S, x, xAt + i, S.indexInRange(i, n));
      s0 = rest.lanewise(FMA, rest, s0);
    }
    s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
  }

  @Override
  public void columnSums(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    int width = repeat * c;
    int rowsPerBlock = Math.min(ChannelTiling.rowsPerBlock(width, BLOCK, 64), MAX_CHUNK);
    int blocks = ChannelTiling.blocks(m, repeat, rowsPerBlock);
    float[] partials = Scratch.floats(PARTIALS, blocks * width);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        rowsPerBlock,
        (index, rows, columns, at) -> {
          Arrays.fill(partials, index * width, (index + 1) * width, 0f);
          for (int i = 0; i < rows; i++) {
            addRow(columns, x, xAt + at + i * columns, partials, index * width);
          }
        });
    double[] totals = Scratch.doubles(PARTIALS, c);
    Arrays.fill(totals, 0, c, 0.0);
    for (int copy = 0; copy < blocks * repeat; copy++) {
      for (int j = 0; j < c; j++) {
        totals[j] += partials[copy * c + j];
      }
    }
    for (int j = 0; j < c; j++) {
      y[yAt + j] = (float) totals[j];
    }
  }

  private static void addRow(int columns, float[] x, int xAt, float[] sums, int at) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector.fromArray(S, sums, at + j)
          .add(FloatVector.fromArray(S, x, xAt + j))
          .intoArray(sums, at + j);
    }
    for (; j < columns; j++) {
      sums[at + j] += x[xAt + j];
    }
  }

  @Override
  public void rowSums(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    int rowsPerTask = Math.max(1, BLOCK / Math.max(c, 1));
    workers.run(
        Math.ceilDiv(m, rowsPerTask),
        task -> {
          int end = Math.min(m, (task + 1) * rowsPerTask);
          for (int i = task * rowsPerTask; i < end; i++) {
            y[yAt + i] = (float) blockSum(c, x, xAt + i * c, false);
          }
        });
  }

  @Override
  public void minMax(int n, float[] x, int xAt, float[] y, int yAt) {
    int blocks = Math.ceilDiv(n, BLOCK);
    float[] partials = Scratch.floats(PARTIALS, 2 * blocks);
    workers.run(
        blocks,
        i -> {
          int from = i * BLOCK;
          blockMinMax(Math.min(BLOCK, n - from), x, xAt + from, partials, 2 * i);
        });
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < blocks; i++) {
      min = Math.min(min, partials[2 * i]);
      max = Math.max(max, partials[2 * i + 1]);
    }
    // The comparisons take either zero for the other: which one is found depends on the lanes.
    y[yAt] = min + 0f;
    y[yAt + 1] = max + 0f;
  }

  private static void blockMinMax(int n, float[] x, int xAt, float[] partials, int at) {
    float[] ends = Scratch.floats(LANE_ENDS, 2 * LANES);
    int i = n / (4 * LANES) * 4 * LANES;
    boolean strange = groupMinMax(i, x, xAt, ends);
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < LANES; lane++) {
      min = Math.min(min, ends[lane]);
      max = Math.max(max, ends[LANES + lane]);
    }
    for (int k = strange ? 0 : i; k < n; k++) {
      min = Math.min(min, x[xAt + k]);
      max = Math.max(max, x[xAt + k]);
    }
    partials[at] = min;
    partials[at + 1] = max;
  }

  /**
   * Extrema of the lanes over whole groups of four vectors; one comparison serves both extrema of a
   * pair. Tells whether a second look is needed: a NaN has been passed over, perhaps with the
   * element that it was compared with.
   */
  private static boolean groupMinMax(int n, float[] x, int xAt, float[] ends) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector low0 = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector low1 = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector high0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector high1 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector strange0 = FloatVector.zero(S);
    FloatVector strange1 = FloatVector.zero(S);
    for (int i = 0; i < n; i += 4 * LANES) {
      FloatVector a = FloatVector.fromArray(S, x, xAt + i);
      FloatVector b = FloatVector.fromArray(S, x, xAt + i + LANES);
      FloatVector c = FloatVector.fromArray(S, x, xAt + i + 2 * LANES);
      FloatVector d = FloatVector.fromArray(S, x, xAt + i + 3 * LANES);
      VectorMask<Float> falls = b.compare(VectorOperators.LT, a);
      FloatVector low = a.blend(b, falls);
      FloatVector high = b.blend(a, falls);
      low0.check(S);
      low1.check(S);
      high0.check(S);
      high1.check(S);
      low0 = low0.blend(low, low.compare(VectorOperators.LT, low0));
      high0 = high0.blend(high, high.compare(VectorOperators.GT, high0));
      falls = d.compare(VectorOperators.LT, c);
      low = c.blend(d, falls);
      high = d.blend(c, falls);
      low1 = low1.blend(low, low.compare(VectorOperators.LT, low1));
      high1 = high1.blend(high, high.compare(VectorOperators.GT, high1));
      strange0 = a.lanewise(ADD, b).lanewise(FMA, zero, strange0);
      strange1 = c.lanewise(ADD, d).lanewise(FMA, zero, strange1);
    }
    low0.blend(low1, low1.compare(VectorOperators.LT, low0)).intoArray(ends, 0);
    high0.blend(high1, high1.compare(VectorOperators.GT, high0)).intoArray(ends, LANES);
    return strange0.lanewise(ADD, strange1).reduceLanes(ADD) != 0;
  }

  @Override
  public void minMaxChannels(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    int repeat = ChannelTiling.repeat(c, LANES);
    int width = repeat * c;
    int rowsPerBlock = ChannelTiling.rowsPerBlock(width, BLOCK, 64);
    int blocks = ChannelTiling.blocks(m, repeat, rowsPerBlock);
    float[] partials = Scratch.floats(PARTIALS, blocks * 2 * width);
    ChannelTiling.forEach(
        workers,
        m,
        c,
        repeat,
        rowsPerBlock,
        (index, rows, columns, at) -> {
          int low = index * 2 * width;
          Arrays.fill(partials, low, low + width, Float.POSITIVE_INFINITY);
          Arrays.fill(partials, low + width, low + 2 * width, Float.NEGATIVE_INFINITY);
          for (int i = 0; i < rows; i++) {
            rangeRow(columns, x, xAt + at + i * columns, partials, low, low + width);
          }
        });
    Arrays.fill(y, yAt, yAt + c, Float.POSITIVE_INFINITY);
    Arrays.fill(y, yAt + c, yAt + 2 * c, Float.NEGATIVE_INFINITY);
    for (int block = 0; block < blocks; block++) {
      for (int k = 0; k < width; k++) {
        int j = k % c;
        int at = block * 2 * width + k;
        y[yAt + j] = Math.min(y[yAt + j], partials[at]);
        y[yAt + c + j] = Math.max(y[yAt + c + j], partials[at + width]);
      }
    }
    for (int j = yAt; j < yAt + 2 * c; j++) {
      y[j] += 0f;
    }
  }

  private static void rangeRow(
      int columns, float[] x, int xAt, float[] partials, int low, int high) {
    int j = 0;
    for (; j < S.loopBound(columns); j += LANES) {
      FloatVector value = FloatVector.fromArray(S, x, xAt + j);
      FloatVector.fromArray(S, partials, low + j).min(value).intoArray(partials, low + j);
      FloatVector.fromArray(S, partials, high + j).max(value).intoArray(partials, high + j);
    }
    for (; j < columns; j++) {
      partials[low + j] = Math.min(partials[low + j], x[xAt + j]);
      partials[high + j] = Math.max(partials[high + j], x[xAt + j]);
    }
  }

  @Override
  public void argMaxRows(int m, int c, float[] x, int xAt, int[] y, int yAt) {
    int rowsPerTask = Math.max(1, BLOCK / Math.max(c, 1));
    workers.run(
        Math.ceilDiv(m, rowsPerTask),
        task -> {
          int end = Math.min(m, (task + 1) * rowsPerTask);
          for (int i = task * rowsPerTask; i < end; i++) {
            y[yAt + i] = argMax(c, x, xAt + i * c);
          }
        });
  }

  /** The maximum with NaN above all, then the first place that holds it. */
  private static int argMax(int c, float[] x, int xAt) {
    FloatVector high = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int j = 0;
    for (; j < S.loopBound(c); j += LANES) {
      high = FloatVector.fromArray(S, x, xAt + j).lanewise(MAX, high);
    }
    float max = high.reduceLanes(VectorOperators.MAX);
    for (; j < c; j++) {
      max = Math.max(max, x[xAt + j]);
    }
    boolean nan = Float.isNaN(max);
    for (j = 0; j < S.loopBound(c); j += LANES) {
      FloatVector value = FloatVector.fromArray(S, x, xAt + j);
      VectorMask<Float> found =
          nan ? value.test(VectorOperators.IS_NAN) : value.compare(VectorOperators.EQ, max);
      if (found.anyTrue()) {
        return j + found.firstTrue();
      }
    }
    for (; j < c; j++) {
      if (nan ? Float.isNaN(x[xAt + j]) : x[xAt + j] == max) {
        return j;
      }
    }
    throw new AssertionError("argMaxRows: expected a largest element of " + c);
  }
}
