package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ReductionOps;
import org.intraq.tensor.kernel.reduce.Reduction;
import org.intraq.tensor.parallel.Workers;

/** Reductions on the CPU. */
final class CpuReduction implements ReductionOps {
  private static final String SUM = "sum";
  private static final String SUM_SQUARES = "sumSquares";
  private static final String COLUMN_SUMS = "columnSums";
  private static final String ROW_SUMS = "rowSums";
  private static final String MIN_MAX = "minMax";
  private static final String MIN_MAX_CHANNELS = "minMaxChannels";
  private static final String ARG_MAX_ROWS = "argMaxRows";

  private final Reduction kernel;

  CpuReduction(Workers workers) {
    this.kernel = Kernels.reduction(workers);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    float[] xs = Checks.floats(SUM, "x", x);
    float[] ys = output(SUM, x, y, 1);
    ys[y.offset()] = (float) kernel.sum(x.size(), xs, x.offset());
  }

  @Override
  public void sumSquares(Tensor x, Tensor y) {
    float[] xs = Checks.floats(SUM_SQUARES, "x", x);
    float[] ys = output(SUM_SQUARES, x, y, 1);
    ys[y.offset()] = (float) kernel.sumSquares(x.size(), xs, x.offset());
  }

  @Override
  public void columnSums(Tensor x, Tensor y) {
    float[] xs = Checks.floats(COLUMN_SUMS, "x", x);
    int c = Checks.channels(COLUMN_SUMS, "x", x);
    float[] ys = output(COLUMN_SUMS, x, y, c);
    kernel.columnSums(rows(x, c), c, xs, x.offset(), ys, y.offset());
  }

  @Override
  public void rowSums(Tensor x, Tensor y) {
    float[] xs = Checks.floats(ROW_SUMS, "x", x);
    Checks.rank(ROW_SUMS, "x", x, 2);
    float[] ys = output(ROW_SUMS, x, y, x.extent(0));
    kernel.rowSums(x.extent(0), x.extent(1), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void minMax(Tensor x, Tensor y) {
    float[] xs = Checks.floats(MIN_MAX, "x", x);
    float[] ys = output(MIN_MAX, x, y, 2);
    kernel.minMax(x.size(), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void minMaxChannels(Tensor x, Tensor y) {
    float[] xs = Checks.floats(MIN_MAX_CHANNELS, "x", x);
    int c = Checks.channels(MIN_MAX_CHANNELS, "x", x);
    float[] ys = Checks.floats(MIN_MAX_CHANNELS, "y", y);
    Checks.shape(MIN_MAX_CHANNELS, "y", y, 2, c);
    Checks.apart(MIN_MAX_CHANNELS, "y", y, "x", x);
    kernel.minMaxChannels(rows(x, c), c, xs, x.offset(), ys, y.offset());
  }

  @Override
  public void argMaxRows(Tensor x, Tensor y) {
    float[] xs = Checks.floats(ARG_MAX_ROWS, "x", x);
    int[] ys = Checks.ints(ARG_MAX_ROWS, "y", y);
    Checks.rank(ARG_MAX_ROWS, "x", x, 2);
    Checks.size(ARG_MAX_ROWS, "y", y, x.extent(0));
    Checks.require(
        x.extent(0) == 0 || x.extent(1) > 0, ARG_MAX_ROWS, "at least one column", x.shape());
    kernel.argMaxRows(x.extent(0), x.extent(1), xs, x.offset(), ys, y.offset());
  }

  private static float[] output(String operation, Tensor x, Tensor y, int size) {
    float[] values = Checks.floats(operation, "y", y);
    Checks.size(operation, "y", y, size);
    Checks.apart(operation, "y", y, "x", x);
    return values;
  }

  private static int rows(Tensor x, int c) {
    return c == 0 ? 0 : x.size() / c;
  }
}
