package org.intraq.cuda;

import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.launch.DevicePool;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.Device;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.backend.ElementwiseOps;
import org.intraq.tensor.backend.FusedOps;
import org.intraq.tensor.backend.GemmOps;
import org.intraq.tensor.backend.LossOps;
import org.intraq.tensor.backend.LowBitOps;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.backend.NormalizationOps;
import org.intraq.tensor.backend.OptimizerOps;
import org.intraq.tensor.backend.PoolingOps;
import org.intraq.tensor.backend.QuantizeOps;
import org.intraq.tensor.backend.RandomOps;
import org.intraq.tensor.backend.ReductionOps;
import org.intraq.tensor.backend.RepeatedWork;
import org.intraq.tensor.backend.ResampleOps;

/** A GPU as a backend. Each role stands in its own class; its kernels in a folder of their own. */
public final class CudaBackend implements Backend {
  private final CudaContext context;
  private final MemoryOps memory;
  private final GemmOps gemm;
  private final ConvolutionOps convolution;
  private final NormalizationOps normalization;
  private final FusedOps fused;
  private final ElementwiseOps elementwise;
  private final PoolingOps pooling;
  private final ReductionOps reduction;
  private final LossOps loss;
  private final ResampleOps resample;
  private final QuantizeOps quantize;
  private final OptimizerOps optimizer;
  private final RandomOps random;
  private final LowBitOps lowBit;

  /** A backend on {@code driver}, which it closes in the end. */
  public CudaBackend(Device device, Driver driver) {
    this(device, driver, DevicePool::sizeClass);
  }

  /** As above; {@code capacity} gives the bytes set aside for a buffer of so many bytes. */
  public CudaBackend(Device device, Driver driver, LongUnaryOperator capacity) {
    this.context = CudaContext.open(device, driver, capacity);
    memory = new CudaMemory(context);
    gemm = new CudaGemm(context);
    convolution = new CudaConvolution(context);
    normalization = new CudaNormalization(context);
    fused = new CudaFused(context);
    elementwise = new CudaElementwise(context);
    pooling = new CudaPooling(context);
    reduction = new CudaReduction(context);
    loss = new CudaLoss(context);
    resample = new CudaResample(context);
    quantize = new CudaQuantize(context, memory);
    optimizer = new CudaOptimizer(context);
    random = new CudaRandom(context);
    lowBit = new CudaLowBit(context);
  }

  /** The device with its stream, memory and modules: for captured steps and for tests. */
  public Gpu gpu() {
    return context.gpu();
  }

  /** Where a live tensor of this device lies: for launchers that are called directly. */
  public long address(Tensor tensor) {
    return context.checks().address("address", "the tensor", tensor.dtype(), tensor);
  }

  @Override
  public Device device() {
    return context.device();
  }

  @Override
  public String describe() {
    return gpu().driver().properties() + ", products in " + context.math().prefix();
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
  public FusedOps fused() {
    return fused;
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
  public Optional<LowBitOps> lowBit() {
    return Optional.of(lowBit);
  }

  @Override
  public RepeatedWork repeated(Runnable work) {
    return new CapturedWork(gpu(), work);
  }

  @Override
  public void synchronize() {
    gpu().synchronize();
  }

  @Override
  public void close() {
    gpu().close();
  }
}
