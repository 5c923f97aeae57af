package org.intraq.cuda;

import org.intraq.cuda.kernel.reduce.ReduceCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ReductionOps;

/** Reductions on a GPU. */
final class CudaReduction implements ReductionOps {
  private static final String SUM = "sum";
  private static final String SUM_SQUARES = "sumSquares";
  private static final String COLUMN_SUMS = "columnSums";
  private static final String ROW_SUMS = "rowSums";
  private static final String MIN_MAX = "minMax";
  private static final String MIN_MAX_CHANNELS = "minMaxChannels";
  private static final String ARG_MAX_ROWS = "argMaxRows";

  private final Checks checks;
  private final ReduceCuda kernel;

  CudaReduction(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new ReduceCuda(context.gpu());
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    long xs = checks.floats(SUM, "x", x);
    kernel.sum(x.size(), false, xs, output(SUM, x, y, 1));
  }

  @Override
  public void sumSquares(Tensor x, Tensor y) {
    long xs = checks.floats(SUM_SQUARES, "x", x);
    kernel.sum(x.size(), true, xs, output(SUM_SQUARES, x, y, 1));
  }

  @Override
  public void columnSums(Tensor x, Tensor y) {
    long xs = checks.floats(COLUMN_SUMS, "x", x);
    int c = Checks.channels(COLUMN_SUMS, "x", x);
    kernel.columnSums(Checks.rows(x, c), c, xs, output(COLUMN_SUMS, x, y, c));
  }

  @Override
  public void rowSums(Tensor x, Tensor y) {
    long xs = checks.floats(ROW_SUMS, "x", x);
    Checks.rank(ROW_SUMS, "x", x, 2);
    kernel.rowSums(x.extent(0), x.extent(1), xs, output(ROW_SUMS, x, y, x.extent(0)));
  }

  @Override
  public void minMax(Tensor x, Tensor y) {
    long xs = checks.floats(MIN_MAX, "x", x);
    kernel.minMax(x.size(), xs, output(MIN_MAX, x, y, 2));
  }

  @Override
  public void minMaxChannels(Tensor x, Tensor y) {
    long xs = checks.floats(MIN_MAX_CHANNELS, "x", x);
    int c = Checks.channels(MIN_MAX_CHANNELS, "x", x);
    long ys = checks.floats(MIN_MAX_CHANNELS, "y", y);
    Checks.shape(MIN_MAX_CHANNELS, "y", y, 2, c);
    Checks.apart(MIN_MAX_CHANNELS, "y", y, "x", x);
    kernel.minMaxColumns(Checks.rows(x, c), c, xs, ys);
  }

  @Override
  public void argMaxRows(Tensor x, Tensor y) {
    long xs = checks.floats(ARG_MAX_ROWS, "x", x);
    long ys = checks.intsWritten(ARG_MAX_ROWS, "y", y);
    Checks.rank(ARG_MAX_ROWS, "x", x, 2);
    Checks.size(ARG_MAX_ROWS, "y", y, x.extent(0));
    Checks.require(
        x.extent(0) == 0 || x.extent(1) > 0, ARG_MAX_ROWS, "at least one column", x.shape());
    kernel.argMaxRows(x.extent(0), x.extent(1), xs, ys);
  }

  private long output(String operation, Tensor x, Tensor y, int size) {
    long address = checks.floats(operation, "y", y);
    Checks.size(operation, "y", y, size);
    Checks.apart(operation, "y", y, "x", x);
    return address;
  }
}
