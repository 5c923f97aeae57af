package org.intraq.tensor.kernel.conv2d;

import java.util.List;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.batchnorm.AffineRelu;
import org.intraq.tensor.kernel.batchnorm.AffineReluSimd;
import org.intraq.tensor.kernel.batchnorm.BatchMoments;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsSimd;
import org.intraq.tensor.kernel.quantize.RectifiedQuantize;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeSimd;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link FusedConv2d} on the Vector API: the same algorithms for the same shapes as {@link
 * Conv2dSimd}, and the depthwise kernel, with the element-wise kernels called on each task's
 * pixels.
 *
 * <p>The prologue runs once for each row that a task reads, so rows between two tasks are computed
 * twice; where padding keeps rows of dy from being read at all, it runs beforehand instead.
 */
public final class FusedConv2dSimd implements FusedConv2d {
  // Slots that neither the passes (1, 2, 4 to 11) nor the element-wise kernels (0, 3 to 5) use,
  // nor MomentParts (12). A pass holds nothing in 4 and 5 while it asks for rows or reports them.
  static final int SLOT_ROWS = 13;
  private static final int SLOT_WEIGHTS = 14;
  private static final int SLOT_TERMS = 15;

  private final Workers workers;
  private final boolean winograd;
  private final AffineRelu affine;
  private final BatchMoments moments;
  private final ConvolutionByRows depthwise;
  private final RectifiedQuantize gates;

  /** A kernel that shares its work out among {@code workers}. */
  public FusedConv2dSimd(Workers workers, ConvolutionByRows depthwise) {
    this(workers, depthwise, true);
  }

  /** A kernel that may or may not use Winograd's algorithm. */
  public FusedConv2dSimd(Workers workers, ConvolutionByRows depthwise, boolean winograd) {
    this.workers = workers;
    this.winograd = winograd;
    this.affine = new AffineReluSimd(workers);
    this.moments = new BatchMomentsSimd(workers);
    this.depthwise = depthwise;
    this.gates = new RectifiedQuantizeSimd(workers);
  }

  @Override
  public PackedWeights packForward(Conv2dShape shape, float[] w, int wAt) {
    float[] packed = new float[packedSize(shape, false)];
    return new PackedWeights(shape, false, new float[][] {pack(shape, false, w, wAt, packed)});
  }

  @Override
  public PackedWeights packBackwardInput(Conv2dShape shape, float[] w, int wAt) {
    float[] packed = new float[packedSize(shape, true)];
    return new PackedWeights(shape, true, new float[][] {pack(shape, true, w, wAt, packed)});
  }

  private static CorrelationPass pass(Conv2dShape shape, boolean adjoint) {
    return adjoint ? CorrelationPass.adjoint(shape, 0, 0) : CorrelationPass.forward(shape);
  }

  private int packedSize(Conv2dShape shape, boolean adjoint) {
    if (shape.isDepthwise()) {
      return shape.weightSize();
    }
    if (shape.isPointwise()) {
      return PointwiseConvolution.packedSize(shape, adjoint);
    }
    if (adjoint && FewChannelsGradient.suits(shape)) {
      return FewChannelsGradient.packedSize(shape);
    }
    if (adjoint && PhasedAdjoint.suits(shape)) {
      return PhasedAdjoint.of(shape).packedSize();
    }
    return PassRunner.weightSize(pass(shape, adjoint), winograd);
  }

  private float[] pack(Conv2dShape shape, boolean adjoint, float[] w, int wAt, float[] packed) {
    if (shape.isDepthwise()) {
      System.arraycopy(w, wAt, packed, 0, shape.weightSize());
    } else if (shape.isPointwise()) {
      PointwiseConvolution.pack(workers, shape, adjoint, w, wAt, packed);
    } else if (adjoint && FewChannelsGradient.suits(shape)) {
      FewChannelsGradient.pack(workers, shape, w, wAt, packed);
    } else if (adjoint && PhasedAdjoint.suits(shape)) {
      PhasedAdjoint.of(shape).pack(workers, shape, w, wAt, packed);
    } else {
      CorrelationPass pass = pass(shape, adjoint);
      PassRunner.pack(workers, pass, winograd, shape, w, wAt, packed);
    }
    return packed;
  }

  /** Packs weights for one call, into an array that the next one reuses. */
  private float[] packing(Conv2dShape shape, boolean adjoint, float[] w, int wAt) {
    float[] packed = Scratch.floats(SLOT_WEIGHTS, packedSize(shape, adjoint));
    return pack(shape, adjoint, w, wAt, packed);
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
    forward(shape, x, xAt, packed, epilogue, z, zAt);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      ConvEpilogue epilogue,
      float[] z,
      int zAt) {
    forward(shape, x, xAt, packing(shape, false, w, wAt), epilogue, z, zAt);
  }

  @Override
  public void chain(
      List<ConvLink> links,
      float[] x,
      int xAt,
      float[] residual,
      int residualAt,
      float[] y,
      int yAt) {
    int together = StripChain.suits(links) ? depthwise.rowsTogether(links.get(1).shape()) : 0;
    if (together > 0 && StripChain.suffices(workers.threads(), together, links)) {
      StripChain.run(workers, this::forward, together, links, x, xAt, residual, residualAt, y, yAt);
    } else {
      FusedConv2d.super.chain(links, x, xAt, residual, residualAt, y, yAt);
    }
  }

  private void forward(
      Conv2dShape shape, float[] x, int xAt, float[] packed, ConvEpilogue e, float[] z, int zAt) {
    boolean pointwise = shape.isPointwise();
    int pixels = shape.n() * shape.outH() * shape.outW();
    int numbers = pointwise ? PointwiseConvolution.chunks(shape, pixels) : shape.n() * shape.outH();
    QuantizedPixels quantized =
        e == null || e.quantized() == null ? null : new QuantizedPixels(shape.oc(), e);
    int unit = pointwise ? 1 : shape.outW();
    boolean behind = quantized != null && !QuantizedPixels.fits(shape.oc(), unit);
    QuantizedPixels epilogue = behind ? null : quantized;
    MomentParts parts =
        e == null || e.mean() == null ? null : new MomentParts(moments, numbers, shape.oc());
    EpilogueRows after = new EpilogueRows(shape, affine, e, z, zAt, parts, epilogue);
    if (pointwise) {
      var source = PointwiseConvolution.array(x, xAt, shape.ic());
      PointwiseConvolution.forward(
          workers, shape, source, packed, z, zAt, after.tiles(), after.chunks());
    } else if (shape.isDepthwise()) {
      depthwise.forward(shape, x, xAt, packed, 0, z, zAt, after);
    } else {
      CorrelationPass pass = CorrelationPass.forward(shape);
      InputRows input = InputRows.of(x, xAt);
      PassRunner.run(workers, pass, winograd, input, packed, false, z, zAt, after);
    }
    if (behind) {
      quantized.runAll(workers, pixels, z, zAt);
    }
    if (parts != null) {
      parts.combine(e.mean(), e.meanAt(), e.variance(), e.varianceAt());
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      PackedWeights weights,
      ConvPrologue prologue,
      boolean add,
      float[] dx,
      int dxAt) {
    float[] packed = weights.panels("conv2d.backwardInput", shape, true)[0];
    backwardInput(shape, dy, dyAt, packed, prologue, add, dx, dxAt);
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      ConvPrologue prologue,
      boolean add,
      float[] dx,
      int dxAt) {
    backwardInput(shape, dy, dyAt, packing(shape, true, w, wAt), prologue, add, dx, dxAt);
  }

  private void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] packed,
      ConvPrologue prologue,
      boolean add,
      float[] dx,
      int dxAt) {
    if (add && !byPasses(shape)) {
      float[] terms = Scratch.floats(SLOT_TERMS, shape.inputSize());
      backwardInput(shape, dy, dyAt, packed, prologue, false, terms, 0);
      int share = shape.inputSize() / shape.n();
      workers.run(shape.n(), n -> AddTo.add(terms, n * share, dx, dxAt + n * share, share));
      return;
    }
    if (shape.isPointwise()) {
      var source =
          prologue == null
              ? PointwiseConvolution.array(dy, dyAt, shape.oc())
              : new GradientPixels(shape.oc(), dy, dyAt, new ProloguePixels(shape.oc(), prologue));
      PointwiseConvolution.backwardInput(workers, shape, source, packed, dx, dxAt);
      return;
    }
    InputRows input = InputRows.of(dy, dyAt);
    if (prologue != null && onDemand(shape, prologue)) {
      input = new GradientRows(shape, dy, dyAt, new ProloguePixels(shape.oc(), prologue));
    } else if (prologue != null) {
      float[] dz = Scratch.floats(SLOT_ROWS, shape.outputSize());
      int pixels = shape.n() * shape.outH() * shape.outW();
      new ProloguePixels(shape.oc(), prologue).runAll(workers, pixels, dy, dyAt, dz);
      input = InputRows.of(dz, 0);
    }
    adjoint(shape, input, packed, add, dx, dxAt);
  }

  /** The adjoint of what is not pointwise. */
  private void adjoint(
      Conv2dShape shape, InputRows input, float[] packed, boolean add, float[] dx, int dxAt) {
    if (shape.isDepthwise()) {
      depthwise.backwardInput(shape, input, packed, 0, dx, dxAt);
      return;
    }
    if (FewChannelsGradient.suits(shape)) {
      FewChannelsGradient.run(workers, shape, input, packed, dx, dxAt);
      return;
    }
    if (PhasedAdjoint.suits(shape)) {
      PhasedAdjoint.of(shape).run(workers, input, packed, add, dx, dxAt);
      return;
    }
    CorrelationPass pass = pass(shape, true);
    PassRunner.run(workers, pass, winograd, input, packed, add, dx, dxAt, OutputRows.IGNORE);
  }

  @Override
  public boolean givesWeightGradient(Conv2dShape shape) {
    return winograd && WinogradWeightSums.suits(shape) && gatesOnDemand(shape);
  }

  private static boolean gatesOnDemand(Conv2dShape shape) {
    return shape.n() > 0
        && byPasses(shape)
        && QuantizedPixels.fits(shape.oc(), shape.outW())
        && readsAllRows(covering(shape));
  }

  @Override
  public void gatedBackwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      ConvGate gate,
      boolean add,
      float[] dx,
      int dxAt,
      ConvWeightGradient weights) {
    float[] packed = packing(shape, true, w, wAt);
    if (gatesOnDemand(shape)) {
      GatedRows rows = new GatedRows(shape, dy, dyAt, gate);
      if (weights != null) {
        var sums = new WinogradWeightSums(shape, weights.x(), weights.xAt());
        WinogradCorrelation.run(
            workers, pass(shape, true), rows, packed, add, dx, dxAt, OutputRows.IGNORE, sums);
        sums.finish(weights.dw(), weights.dwAt());
      } else {
        adjoint(shape, rows, packed, add, dx, dxAt);
      }
      rows.finish();
      return;
    }
    gates.backward(
        shape.n() * shape.outH() * shape.outW(),
        shape.oc(),
        dy,
        dyAt,
        gate.open(),
        gate.openAt(),
        gate.g(),
        gate.gAt(),
        gate.sums(),
        gate.sumsAt());
    backwardInput(shape, gate.g(), gate.gAt(), packed, null, add, dx, dxAt);
  }

  /** Whether the adjoint is one {@link CorrelationPass} or several, which can add. */
  private static boolean byPasses(Conv2dShape shape) {
    return shape.n() == 0
        || !shape.isPointwise() && !shape.isDepthwise() && !FewChannelsGradient.suits(shape);
  }

  /** Whether rows of dy are read as they come, and all of them if dResidual needs that. */
  private static boolean onDemand(Conv2dShape shape, ConvPrologue prologue) {
    return prologue.dResidual() == null
        || FewChannelsGradient.suits(shape)
        || !shape.isDepthwise() && readsAllRows(covering(shape));
  }

  private static CorrelationPass covering(Conv2dShape shape) {
    return PhasedAdjoint.suits(shape) ? PhasedAdjoint.of(shape).cover() : pass(shape, true);
  }

  private static boolean readsAllRows(CorrelationPass pass) {
    AxisPass rows = pass.rows();
    return pass.taps() > 0
        && rows.grid() > 0
        && pass.columns().grid() > 0
        && rows.inputIndex(0, 0) <= 0
        && rows.inputEnd(0, rows.grid()) >= rows.inExtent();
  }
}
