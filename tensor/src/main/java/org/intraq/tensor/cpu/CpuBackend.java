package org.intraq.tensor.cpu;

import java.util.Optional;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.backend.ElementwiseOps;
import org.intraq.tensor.backend.FusedConvolutionOps;
import org.intraq.tensor.backend.FusedOps;
import org.intraq.tensor.backend.GemmOps;
import org.intraq.tensor.backend.LossOps;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.backend.NormalizationOps;
import org.intraq.tensor.backend.OptimizerOps;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.backend.QuantizeOps;
import org.intraq.tensor.backend.QuantizedConvolutionOps;
import org.intraq.tensor.backend.RandomOps;
import org.intraq.tensor.backend.ReductionOps;
import org.intraq.tensor.backend.ResampleOps;
import org.intraq.tensor.kernel.lowbit.CodeMaps;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.parallel.Workers;

/** The host processor as a backend. */
public final class CpuBackend implements Backend {
  private final Workers workers;
  private final String tier = Kernels.tier();
  private final MemoryOps memory;
  private final GemmOps gemm;
  private final ConvolutionOps convolution;
  private final NormalizationOps normalization;
  private final ElementwiseOps elementwise;
  private final PoolingOps pooling;
  private final ReductionOps reduction;
  private final LossOps loss;
  private final ResampleOps resample;
  private final QuantizeOps quantize;
  private final OptimizerOps optimizer;
  private final RandomOps random;
  private final FusedOps fused;
  private final FusedConvolutionOps fusedConvolution;
  private final QuantizedConvolutionOps quantizedConvolution;
  private final LowBitConvolution lowBitConvolution;
  private final CodeMaps codeMaps;

  /** Starts the worker threads; {@code threads} counts the caller. */
  public CpuBackend(int threads) {
    workers = new Workers(threads);
    memory = new CpuMemory(workers);
    gemm = new CpuGemm(workers);
    convolution = new CpuConvolution(workers);
    normalization = new CpuNormalization(workers);
    elementwise = new CpuElementwise(workers);
    pooling = new CpuPooling(workers);
    reduction = new CpuReduction(workers);
    loss = new CpuLoss(workers);
    resample = new CpuResample(workers);
    quantize = new CpuQuantize(workers);
    optimizer = new CpuOptimizer(workers);
    random = new CpuRandom(workers);
    fused = new CpuFused(workers);
    fusedConvolution = new CpuFusedConvolution(workers);
    quantizedConvolution = new CpuQuantizedConvolution(workers, convolution);
    lowBitConvolution = Kernels.lowBitConvolution(workers);
    codeMaps = Kernels.codeMaps(workers);
  }

  /**
   * A backend on plain loops, whatever {@code intraq.kernels} says: the oracle of tests and the
   * baseline of benchmarks.
   */
  public static CpuBackend reference(int threads) {
    return Kernels.reference(threads);
  }

  /** The threads kernels run on. */
  public Workers workers() {
    return workers;
  }

  /** Convolutions of low-bit codes, for the integer engine. */
  public LowBitConvolution lowBitConvolution() {
    return lowBitConvolution;
  }

  /** What happens to codes between convolutions. */
  public CodeMaps codeMaps() {
    return codeMaps;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public String describe() {
    return describe(workers.threads(), tier);
  }

  static String describe(int threads, String tier) {
    return System.getProperty("os.arch") + ", " + threads + " threads, " + tier + " kernels";
  }

  @Override
  public MemoryOps memory() {
    return memory;
  }

  @Override
  public GemmOps gemm() {
    return gemm;
  }

  @Override
  public ConvolutionOps convolution() {
    return convolution;
  }

  @Override
  public NormalizationOps normalization() {
    return normalization;
  }

  @Override
  public ElementwiseOps elementwise() {
    return elementwise;
  }

  @Override
  public PoolingOps pooling() {
    return pooling;
  }

  @Override
  public ReductionOps reduction() {
    return reduction;
  }

  @Override
  public LossOps loss() {
    return loss;
  }

  @Override
  public ResampleOps resample() {
    return resample;
  }

  @Override
  public QuantizeOps quantize() {
    return quantize;
  }

  @Override
  public OptimizerOps optimizer() {
    return optimizer;
  }

  @Override
  public RandomOps random() {
    return random;
  }

  @Override
  public FusedOps fused() {
    return fused;
  }

  @Override
  public FusedConvolutionOps fusedConvolution() {
    return fusedConvolution;
  }

  @Override
  public Optional<QuantizedConvolutionOps> quantizedConvolution() {
    return Optional.of(quantizedConvolution);
  }

  @Override
  public void close() {
    workers.close();
  }
}
