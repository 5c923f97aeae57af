package org.intraq.cuda;

import org.intraq.cuda.kernel.codes.CodesCuda;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.kernel.depthwise.DepthwiseCuda;
import org.intraq.cuda.kernel.lowbit.LowBitCuda;
import org.intraq.cuda.kernel.lowbit.LowBitLayer;
import org.intraq.cuda.kernel.lowbit.LowBitStage;
import org.intraq.cuda.kernel.pool.PoolCuda;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LowBitOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.gemm.GemmSimd;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Networks of low-bit codes on a GPU. */
final class CudaLowBit implements LowBitOps {
  private static final String RUN = "lowBit.run";
  private static final String QUANTIZE = "lowBit.quantize";
  private static final String VALUES = "lowBit.values";
  private static final String MAX = "lowBit.maxPool";
  private static final String SUBSAMPLE = "lowBit.subsample";
  private static final String CONVOLUTION = "lowBit.convolution";
  private static final String AVERAGE = "lowBit.average";
  private static final String PRODUCT = "lowBit.product";
  private static final String CODES = "codes";

  private final Gpu gpu;
  private final Checks checks;
  private final LowBitCuda kernel;
  private final CodesCuda codes;
  private final Conv2dCuda convolution;
  private final DepthwiseCuda depthwise;

  private record Resident(LowBitLayer layer, boolean givesCodes) implements Layer {
    @Override
    public void close() {
      layer.close();
    }
  }

  CudaLowBit(CudaContext context) {
    this.gpu = context.gpu();
    this.checks = context.checks();
    this.kernel = new LowBitCuda(gpu);
    this.codes = new CodesCuda(gpu);
    this.convolution = new Conv2dCuda(gpu, MathMode.F32);
    this.depthwise = new DepthwiseCuda(gpu);
  }

  @Override
  public Layer layer(Conv2dShape shape, CodeBits bits, byte[] w, Stage stage) {
    LowBitStage output =
        new LowBitStage(
            stage.activationZero(),
            stage.weightZero(),
            stage.multiplier(),
            stage.offset(),
            stage.cap(),
            stage.quantizer());
    return new Resident(new LowBitLayer(gpu, shape, bits, w, output), stage.quantizer() != null);
  }

  @Override
  public void run(
      Layer layer,
      Conv2dShape shape,
      Tensor x,
      Tensor residual,
      CodeQuantizer residualCodes,
      Tensor y) {
    if (!(layer instanceof Resident resident)) {
      throw Checks.failure(RUN, "a layer of this device", layer);
    }
    long xs = checks.address(RUN, "x", DType.U8, x);
    long ys = checks.address(RUN, "y", resident.givesCodes ? DType.U8 : DType.F32, y);
    Checks.shape(RUN, "x", x, shape.n(), shape.h(), shape.w(), shape.ic());
    Checks.shape(RUN, "y", y, shape.n(), shape.outH(), shape.outW(), shape.oc());
    Checks.apart(RUN, "y", y, "x", x);
    LowBitCuda.Added added = LowBitCuda.Added.none();
    if (residual != null) {
      Checks.sameShape(RUN, "residual", residual, "y", y);
      Checks.sameOrApart(RUN, "y", y, "residual", residual);
      added = added(residual, residualCodes);
    }
    kernel.run(resident.layer, shape, new LowBitCuda.Activations(xs, false), added, ys);
  }

  private LowBitCuda.Added added(Tensor residual, CodeQuantizer quantizer) {
    DType dtype = quantizer == null ? DType.F32 : DType.U8;
    long address = checks.address(RUN, "residual", dtype, residual);
    return quantizer == null
        ? LowBitCuda.Added.floats(address)
        : LowBitCuda.Added.codes(address, quantizer.m(), quantizer.zero());
  }

  @Override
  public void quantize(CodeQuantizer quantizer, Tensor x, Tensor y) {
    long xs = checks.floats(QUANTIZE, "x", x);
    long ys = checks.address(QUANTIZE, CODES, DType.U8, y);
    Checks.size(QUANTIZE, CODES, y, x.size());
    codes.quantize(quantizer, x.size(), xs, ys);
  }

  @Override
  public void values(Tensor x, int zero, float m, Tensor y) {
    long xs = checks.address(VALUES, CODES, DType.U8, x);
    long ys = checks.floats(VALUES, "y", y);
    Checks.size(VALUES, "y", y, x.size());
    codes.values(x.size(), xs, zero, m, ys);
  }

  @Override
  public void maxPool(Pool2dShape shape, Tensor x, Tensor y) {
    long xs = checks.address(MAX, "x", DType.U8, x);
    long ys = checks.address(MAX, "y", DType.U8, y);
    Checks.shape(MAX, "x", x, shape.n(), shape.h(), shape.w(), shape.c());
    Checks.shape(MAX, "y", y, shape.n(), shape.outH(), shape.outW(), shape.c());
    Checks.apart(MAX, "y", y, "x", x);
    codes.maxPool(shape, xs, ys);
  }

  @Override
  public void subsample(Tensor x, int stride, int padBefore, int fill, Tensor y) {
    long xs = checks.address(SUBSAMPLE, "x", DType.U8, x);
    long ys = checks.address(SUBSAMPLE, "y", DType.U8, y);
    PoolCuda.Shortcut shape = CudaPooling.subsampled(SUBSAMPLE, "x", x, stride, padBefore, "y", y);
    Checks.apart(SUBSAMPLE, "y", y, "x", x);
    codes.subsample(shape, fill, xs, ys);
  }

  @Override
  public void convolution(Conv2dShape shape, Tensor x, Tensor w, Tensor y) {
    long xs = checks.floats(CONVOLUTION, "x", x);
    long ws = checks.floats(CONVOLUTION, "w", w);
    long ys = checks.floats(CONVOLUTION, "y", y);
    Checks.shape(CONVOLUTION, "x", x, shape.n(), shape.h(), shape.w(), shape.ic());
    Checks.shape(CONVOLUTION, "w", w, shape.kh(), shape.kw(), shape.icPerGroup(), shape.oc());
    Checks.shape(CONVOLUTION, "y", y, shape.n(), shape.outH(), shape.outW(), shape.oc());
    Checks.apart(CONVOLUTION, "y", y, "x", x);
    if (shape.isDepthwise()) {
      depthwise.forward(shape, xs, ws, ys);
    } else if (shape.isPointwise() && shape.ic() > GemmSimd.KC) {
      // The CPU cuts a matrix product of this depth into blocks; one chain would round otherwise.
      int pixels = shape.n() * shape.h() * shape.w();
      codes.product(pixels, shape.oc(), shape.ic(), GemmSimd.KC, xs, ws, ys);
    } else {
      convolution.forward(shape, xs, ws, ys);
    }
  }

  @Override
  public void average(Tensor x, Tensor y) {
    long xs = checks.floats(AVERAGE, "x", x);
    long ys = checks.floats(AVERAGE, "y", y);
    Checks.rank(AVERAGE, "x", x, 4);
    Checks.shape(AVERAGE, "y", y, x.extent(0), x.extent(3));
    Checks.apart(AVERAGE, "y", y, "x", x);
    codes.average(x.extent(0), x.extent(1) * x.extent(2), x.extent(3), xs, ys);
  }

  @Override
  public void product(Tensor x, Tensor w, int block, Tensor y) {
    long xs = checks.floats(PRODUCT, "x", x);
    long ws = checks.floats(PRODUCT, "w", w);
    long ys = checks.floats(PRODUCT, "y", y);
    Checks.rank(PRODUCT, "x", x, 2);
    Checks.rank(PRODUCT, "w", w, 2);
    Checks.shape(PRODUCT, "w", w, x.extent(1), w.extent(1));
    Checks.shape(PRODUCT, "y", y, x.extent(0), w.extent(1));
    Checks.require(block > 0, PRODUCT, "blocks of at least one term", block);
    Checks.apart(PRODUCT, "y", y, "x", x);
    Checks.apart(PRODUCT, "y", y, "w", w);
    codes.product(x.extent(0), w.extent(1), x.extent(1), block, xs, ws, ys);
  }
}
