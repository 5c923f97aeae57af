package org.intraq.tensor.cpu;

import java.util.Locale;
import java.util.function.Supplier;
import org.intraq.tensor.kernel.batchnorm.AffineRelu;
import org.intraq.tensor.kernel.batchnorm.AffineReluReference;
import org.intraq.tensor.kernel.batchnorm.AffineReluSimd;
import org.intraq.tensor.kernel.batchnorm.BatchMoments;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsReference;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsSimd;
import org.intraq.tensor.kernel.batchnorm.BatchNorm;
import org.intraq.tensor.kernel.batchnorm.BatchNormReference;
import org.intraq.tensor.kernel.batchnorm.BatchNormSimd;
import org.intraq.tensor.kernel.batchnorm.ChannelAffine;
import org.intraq.tensor.kernel.batchnorm.ChannelAffineReference;
import org.intraq.tensor.kernel.batchnorm.ChannelAffineSimd;
import org.intraq.tensor.kernel.conv2d.Conv2d;
import org.intraq.tensor.kernel.conv2d.Conv2dReference;
import org.intraq.tensor.kernel.conv2d.Conv2dSimd;
import org.intraq.tensor.kernel.conv2d.FusedConv2d;
import org.intraq.tensor.kernel.conv2d.FusedConv2dReference;
import org.intraq.tensor.kernel.conv2d.FusedConv2dSimd;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2d;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dReference;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dSimd;
import org.intraq.tensor.kernel.elementwise.Elementwise;
import org.intraq.tensor.kernel.elementwise.ElementwiseReference;
import org.intraq.tensor.kernel.elementwise.ElementwiseSimd;
import org.intraq.tensor.kernel.gemm.Gemm;
import org.intraq.tensor.kernel.gemm.GemmReference;
import org.intraq.tensor.kernel.gemm.GemmSimd;
import org.intraq.tensor.kernel.layout.BatchTranspose;
import org.intraq.tensor.kernel.layout.BatchTransposeBlocked;
import org.intraq.tensor.kernel.layout.BatchTransposeReference;
import org.intraq.tensor.kernel.lowbit.CodeMaps;
import org.intraq.tensor.kernel.lowbit.CodeMapsReference;
import org.intraq.tensor.kernel.lowbit.CodeMapsSimd;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference;
import org.intraq.tensor.kernel.lowbit.LowBitKernels;
import org.intraq.tensor.kernel.optimizer.ParameterUpdate;
import org.intraq.tensor.kernel.optimizer.ParameterUpdateReference;
import org.intraq.tensor.kernel.optimizer.ParameterUpdateSimd;
import org.intraq.tensor.kernel.pool.AveragePool2d;
import org.intraq.tensor.kernel.pool.AveragePool2dReference;
import org.intraq.tensor.kernel.pool.AveragePool2dSimd;
import org.intraq.tensor.kernel.pool.MaxPool2d;
import org.intraq.tensor.kernel.pool.MaxPool2dReference;
import org.intraq.tensor.kernel.pool.MaxPool2dSimd;
import org.intraq.tensor.kernel.quantize.FakeQuantize;
import org.intraq.tensor.kernel.quantize.FakeQuantizeReference;
import org.intraq.tensor.kernel.quantize.FakeQuantizeSimd;
import org.intraq.tensor.kernel.quantize.RectifiedQuantize;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeReference;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeSimd;
import org.intraq.tensor.kernel.random.RandomFill;
import org.intraq.tensor.kernel.random.RandomFillReference;
import org.intraq.tensor.kernel.random.RandomFillSimd;
import org.intraq.tensor.kernel.reduce.Reduction;
import org.intraq.tensor.kernel.reduce.ReductionReference;
import org.intraq.tensor.kernel.reduce.ReductionSimd;
import org.intraq.tensor.kernel.resample.CropResizeFlip;
import org.intraq.tensor.kernel.resample.CropResizeFlipReference;
import org.intraq.tensor.kernel.resample.CropResizeFlipSimd;
import org.intraq.tensor.kernel.similarity.Similarity;
import org.intraq.tensor.kernel.similarity.SimilarityReference;
import org.intraq.tensor.kernel.softmax.Softmax;
import org.intraq.tensor.kernel.softmax.SoftmaxLoss;
import org.intraq.tensor.kernel.softmax.SoftmaxLossReference;
import org.intraq.tensor.kernel.softmax.SoftmaxLossSimd;
import org.intraq.tensor.kernel.softmax.SoftmaxReference;
import org.intraq.tensor.kernel.softmax.SoftmaxSimd;
import org.intraq.tensor.parallel.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that chooses between a kernel's implementations; a factory method for each kernel.
 *
 * <p>The system property {@code intraq.kernels} is {@code simd} (the default: Vector API) or {@code
 * reference} (plain loops, the definition). {@code intraq.winograd=false} forbids Winograd's
 * algorithm.
 */
final class Kernels {
  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
  private static final boolean WINOGRAD =
      Boolean.parseBoolean(System.getProperty("intraq.winograd", "true"));
  private static final boolean SIMD = chooseSimd(System.getProperty("intraq.kernels", "simd"));

  /** The tier of the backend that is being opened, where its caller asked for one. */
  private static final ScopedValue<Boolean> ASKED_FOR = ScopedValue.newInstance();

  private Kernels() {}

  /** Opens a backend on plain loops, whatever the property says. */
  static CpuBackend reference(int threads) {
    return withReference(() -> new CpuBackend(threads));
  }

  /** What {@code open} makes of factory methods that all give plain loops. */
  static <T> T withReference(Supplier<T> open) {
    return ScopedValue.where(ASKED_FOR, false).call(open::get);
  }

  private static boolean simd() {
    return ASKED_FOR.orElse(SIMD);
  }

  /** Name of the chosen tier, for logs. */
  static String tier() {
    return simd() ? "simd" : "reference";
  }

  /** Matrix products. */
  static Gemm gemm(Workers workers) {
    return simd() ? new GemmSimd(workers) : new GemmReference();
  }

  /** Convolutions with frozen weights and the element-wise work around them. */
  static FusedConv2d fusedConv2d(Workers workers) {
    return simd()
        ? new FusedConv2dSimd(workers, new DepthwiseConv2dSimd(workers), WINOGRAD)
        : new FusedConv2dReference();
  }

  /** {@link #fusedConv2d} without Winograd's algorithm: exact for whole numbers. */
  static FusedConv2d directFusedConv2d(Workers workers) {
    return simd()
        ? new FusedConv2dSimd(workers, new DepthwiseConv2dSimd(workers), false)
        : new FusedConv2dReference();
  }

  /**
   * Convolutions. Winograd's algorithm with the points chosen here is no less accurate than the
   * direct sum over a whole network; the card of {@code kernel.conv2d} has the figures.
   */
  static Conv2d conv2d(Workers workers) {
    return simd() ? new Conv2dSimd(workers, WINOGRAD) : new Conv2dReference();
  }

  /** Depthwise convolutions. */
  static DepthwiseConv2d depthwiseConv2d(Workers workers) {
    return simd() ? new DepthwiseConv2dSimd(workers) : new DepthwiseConv2dReference();
  }

  /** Batch mean and variance. */
  static BatchMoments batchMoments(Workers workers) {
    return simd() ? new BatchMomentsSimd(workers) : new BatchMomentsReference();
  }

  /** Affine maps of channels. */
  static ChannelAffine channelAffine(Workers workers) {
    return simd() ? new ChannelAffineSimd(workers) : new ChannelAffineReference();
  }

  /** BatchNorm in training mode. */
  static BatchNorm batchNorm(Workers workers) {
    return simd() ? new BatchNormSimd(workers) : new BatchNormReference();
  }

  /** Affine map, residual sum and rectifier in one pass. */
  static AffineRelu affineRelu(Workers workers) {
    return simd() ? new AffineReluSimd(workers) : new AffineReluReference();
  }

  /** Element-wise arithmetic. */
  static Elementwise elementwise(Workers workers) {
    return simd() ? new ElementwiseSimd(workers) : new ElementwiseReference();
  }

  /** Maximum pooling. */
  static MaxPool2d maxPool2d(Workers workers) {
    return simd() ? new MaxPool2dSimd(workers) : new MaxPool2dReference();
  }

  /** Average pooling. */
  static AveragePool2d averagePool2d(Workers workers) {
    return simd() ? new AveragePool2dSimd(workers) : new AveragePool2dReference();
  }

  /** Sums, minima and maxima. */
  static Reduction reduction(Workers workers) {
    return simd() ? new ReductionSimd(workers) : new ReductionReference();
  }

  /** Softmax and log-softmax. */
  static Softmax softmax(Workers workers) {
    return simd() ? new SoftmaxSimd(workers) : new SoftmaxReference();
  }

  /** Cross-entropy and KL divergence. */
  static SoftmaxLoss softmaxLoss(Workers workers) {
    return simd() ? new SoftmaxLossSimd(workers) : new SoftmaxLossReference();
  }

  /** L2 normalisation and cosine similarity: too small a part of any step to need vectors. */
  static Similarity similarity(Workers workers) {
    return new SimilarityReference();
  }

  /** Crop, resize and flip. */
  static CropResizeFlip cropResizeFlip(Workers workers) {
    return simd() ? new CropResizeFlipSimd(workers) : new CropResizeFlipReference();
  }

  /** Layout changes. */
  static BatchTranspose batchTranspose(Workers workers) {
    return simd() ? new BatchTransposeBlocked(workers) : new BatchTransposeReference();
  }

  /** SGD and Adam. */
  static ParameterUpdate parameterUpdate(Workers workers) {
    return simd() ? new ParameterUpdateSimd(workers) : new ParameterUpdateReference();
  }

  /** Fake quantization and codes. */
  static FakeQuantize fakeQuantize(Workers workers) {
    return simd() ? new FakeQuantizeSimd(workers) : new FakeQuantizeReference();
  }

  /** Rectifier and fake quantization in one pass. */
  static RectifiedQuantize rectifiedQuantize(Workers workers) {
    return simd() ? new RectifiedQuantizeSimd(workers) : new RectifiedQuantizeReference();
  }

  /** Convolutions of low-bit codes. */
  static LowBitConvolution lowBitConvolution(Workers workers) {
    return simd() ? LowBitKernels.convolution(workers) : new LowBitConvolutionReference();
  }

  /** What happens to codes between convolutions. */
  static CodeMaps codeMaps(Workers workers) {
    return simd() ? new CodeMapsSimd(workers) : new CodeMapsReference();
  }

  /** Random numbers. */
  static RandomFill randomFill(Workers workers) {
    return simd() ? new RandomFillSimd(workers) : new RandomFillReference();
  }

  private static boolean chooseSimd(String wanted) {
    String tier = wanted.toLowerCase(Locale.ROOT);
    if (!tier.equals("simd") && !tier.equals("reference")) {
      throw Checks.failure("intraq.kernels", "simd or reference", "'" + wanted + "'");
    }
    if (tier.equals("reference")) {
      LOG.info("CPU kernels: reference, because intraq.kernels=reference");
      return false;
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      LOG.warn(
          "CPU kernels: reference, because the JVM was started without"
              + " --add-modules jdk.incubator.vector");
      return false;
    }
    LOG.info("CPU kernels: simd (Vector API)");
    return true;
  }
}
