package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.batchnorm.AffineRelu;
import org.intraq.tensor.kernel.batchnorm.AffineReluSimd;
import org.intraq.tensor.kernel.batchnorm.BatchMoments;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsSimd;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link FusedConv2d} on the Vector API: {@link WinogradCorrelation} and {@link DirectCorrelation}
 * with the element-wise kernels called on each task's rows.
 *
 * <p>The prologue runs once for each row that a task reads, so rows between two tasks are computed
 * twice; where strides cut the adjoint into several passes, or padding keeps rows of dy from being
 * read at all, it runs beforehand instead.
 */
public final class FusedConv2dSimd implements FusedConv2d {
  // Slots that neither the passes (4, 5, 8 to 11) nor the element-wise kernels (0, 3 to 5) use.
  // A pass holds nothing in 4 and 5 while it asks for rows or reports them.
  private static final int SLOT_MOMENTS = 1;
  private static final int SLOT_ROWS = 2;

  private final Workers workers;
  private final AffineRelu affine;
  private final BatchMoments moments;

  /** A kernel that shares its work out among {@code workers}. */
  public FusedConv2dSimd(Workers workers) {
    this.workers = workers;
    this.affine = new AffineReluSimd(workers);
    this.moments = new BatchMomentsSimd(workers);
  }

  @Override
  public PackedWeights packForward(Conv2dShape shape, float[] w, int wAt) {
    CorrelationPass pass = CorrelationPass.forward(shape);
    return new PackedWeights(shape, false, new float[][] {pack(pass, shape, w, wAt)});
  }

  @Override
  public PackedWeights packBackwardInput(Conv2dShape shape, float[] w, int wAt) {
    float[][] packed = new float[shape.strideH() * shape.strideW()][];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = pack(phase(shape, i), shape, w, wAt);
    }
    return new PackedWeights(shape, true, packed);
  }

  private float[] pack(CorrelationPass pass, Conv2dShape shape, float[] w, int wAt) {
    float[] packed = new float[PassRunner.weightSize(pass, true)];
    PassRunner.pack(workers, pass, true, shape, w, wAt, packed);
    return packed;
  }

  private static CorrelationPass phase(Conv2dShape shape, int index) {
    return CorrelationPass.adjoint(shape, index / shape.strideW(), index % shape.strideW());
  }

  @Override
  public void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      PackedWeights weights,
      ConvEpilogue epilogue,
      float[] z,
      int zAt) {
    float[] packed = weights.panels("conv2d.forward", shape, false)[0];
    CorrelationPass pass = CorrelationPass.forward(shape);
    InputRows input = InputRows.of(x, xAt);
    if (epilogue == null) {
      PassRunner.run(workers, pass, true, input, packed, z, zAt, OutputRows.IGNORE);
      return;
    }
    // Means and variances of the parts, listed under their first row; 0 rows: no part begins here.
    int rows = shape.n() * shape.outH();
    boolean wanted = epilogue.mean() != null;
    float[] parts = wanted ? Scratch.floats(SLOT_MOMENTS, 2 * rows * shape.oc()) : null;
    int[] counts = wanted ? Scratch.ints(SLOT_MOMENTS, rows) : null;
    if (wanted) {
      Arrays.fill(counts, 0, rows, 0);
    }
    PassRunner.run(
        workers,
        pass,
        true,
        input,
        packed,
        z,
        zAt,
        (n, first, count) -> finish(shape, epilogue, n, first, count, z, zAt, parts, counts));
    if (wanted) {
      combine(shape, epilogue, parts, counts);
    }
  }

  /** The epilogue of rows that have just been written. */
  private void finish(
      Conv2dShape shape,
      ConvEpilogue e,
      int n,
      int first,
      int count,
      float[] z,
      int zAt,
      float[] parts,
      int[] counts) {
    int c = shape.oc();
    int row = n * shape.outH() + first;
    int pixels = count * shape.outW();
    int at = row * shape.outW() * c;
    if (e.mean() != null) {
      moments.moments(pixels, c, z, zAt + at, parts, 2 * row * c, parts, (2 * row + 1) * c);
      counts[row] = count;
    }
    if (e.scale() != null) {
      affine.forward(
          pixels,
          c,
          z,
          zAt + at,
          e.scale(),
          e.scaleAt(),
          e.shift(),
          e.shiftAt(),
          e.residual(),
          e.residualAt() + (e.residual() == null ? 0 : at),
          e.cap(),
          e.y(),
          e.yAt() + at);
    }
  }

  /** Chan's combination of the parts' moments, in their order and in double. */
  private static void combine(Conv2dShape shape, ConvEpilogue e, float[] parts, int[] counts) {
    int rows = shape.n() * shape.outH();
    int c = shape.oc();
    for (int o = 0; o < c; o++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum += counts[row] == 0 ? 0 : (double) counts[row] * parts[2 * row * c + o];
      }
      double mean = sum / rows;
      double squares = 0;
      for (int row = 0; row < rows; row++) {
        if (counts[row] != 0) {
          double off = parts[2 * row * c + o] - mean;
          squares += counts[row] * (parts[(2 * row + 1) * c + o] + off * off);
        }
      }
      e.mean()[e.meanAt() + o] = (float) mean;
      e.variance()[e.varianceAt() + o] = (float) (squares / rows);
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      PackedWeights weights,
      ConvPrologue prologue,
      float[] dx,
      int dxAt) {
    float[][] packed = weights.panels("conv2d.backwardInput", shape, true);
    InputRows input = InputRows.of(dy, dyAt);
    if (prologue != null && packed.length == 1 && readsAllRows(phase(shape, 0))) {
      input = new Gradient(shape, dy, dyAt, prologue);
    } else if (prologue != null) {
      float[] dz = Scratch.floats(SLOT_ROWS, shape.outputSize());
      prologue(shape, prologue, 0, shape.n() * shape.outH(), dy, dyAt, dz, 0);
      input = InputRows.of(dz, 0);
    }
    for (int i = 0; i < packed.length; i++) {
      PassRunner.run(workers, phase(shape, i), true, input, packed[i], dx, dxAt, OutputRows.IGNORE);
    }
  }

  /** Whether the tasks' rows together are all rows of dy, so that dResidual becomes complete. */
  private static boolean readsAllRows(CorrelationPass pass) {
    AxisPass rows = pass.rows();
    return pass.taps() > 0
        && rows.grid() > 0
        && pass.columns().grid() > 0
        && rows.inputIndex(0, 0) <= 0
        && rows.inputEnd(0, rows.grid()) >= rows.inExtent();
  }

  /** dz of {@code count} rows from {@code row} on, counted over all images. */
  private void prologue(
      Conv2dShape shape,
      ConvPrologue p,
      int row,
      int count,
      float[] dy,
      int dyAt,
      float[] dz,
      int dzAt) {
    int c = shape.oc();
    int at = row * shape.outW() * c;
    affine.backward(
        count * shape.outW(),
        c,
        dy,
        dyAt + at,
        p.y(),
        p.yAt() + at,
        p.cap(),
        p.z(),
        p.z() == null ? 0 : p.zAt() + at,
        p.scale(),
        p.scaleAt(),
        p.c0(),
        p.c0At(),
        p.c1(),
        p.c1At(),
        dz,
        dzAt,
        p.dResidual(),
        p.dResidual() == null ? 0 : p.dResidualAt() + at);
  }

  /**
   * The prologue's rows on demand. Rows that two tasks read are computed twice, and dResidual then
   * written twice with the same values; if it is dy itself, masking it again changes nothing.
   */
  private final class Gradient implements InputRows {
    private final Conv2dShape shape;
    private final float[] dy;
    private final int dyAt;
    private final ConvPrologue prologue;

    Gradient(Conv2dShape shape, float[] dy, int dyAt, ConvPrologue prologue) {
      this.shape = shape;
      this.dy = dy;
      this.dyAt = dyAt;
      this.prologue = prologue;
    }

    @Override
    public float[] load(int n, int from, int to) {
      int count = Math.max(0, to - from);
      float[] dz = Scratch.floats(SLOT_ROWS, count * shape.outW() * shape.oc());
      prologue(shape, prologue, n * shape.outH() + from, count, dy, dyAt, dz, 0);
      return dz;
    }

    @Override
    public int origin(int n, int from) {
      return -(n * shape.outH() + from) * shape.outW() * shape.oc();
    }
  }
}
