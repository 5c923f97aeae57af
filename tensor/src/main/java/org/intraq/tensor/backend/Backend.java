package org.intraq.tensor.backend;

import java.util.Optional;
import org.intraq.tensor.Device;

/** A device and the operations it can run. */
public interface Backend extends AutoCloseable {
  /** The device. */
  Device device();

  /** One line for logs: processor or card, instruction set or driver, threads, chosen kernels. */
  String describe();

  /** Allocation, copies, layout. */
  MemoryOps memory();

  /** Matrix products. */
  GemmOps gemm();

  /** Convolutions, depthwise ones included. */
  ConvolutionOps convolution();

  /** Batch statistics, BatchNorm, per-channel affine maps. */
  NormalizationOps normalization();

  /** Normalisation, residual sum and activation in one pass. */
  FusedOps fused();

  /** Convolution, normalisation, residual sum and activation in one pass. */
  default FusedConvolutionOps fusedConvolution() {
    return new SeparateConvolution(this);
  }

  /**
   * Convolution blocks with fake-quantized activations in one pass each way; empty where the
   * separate operations have to do.
   */
  default Optional<QuantizedConvolutionOps> quantizedConvolution() {
    return Optional.empty();
  }

  /** Element-wise arithmetic and activations. */
  ElementwiseOps elementwise();

  /** Pooling and parameter-free shortcuts. */
  PoolingOps pooling();

  /** Sums, minima, maxima. */
  ReductionOps reduction();

  /** Softmax, cross-entropy, KL divergence, cosine similarity. */
  LossOps loss();

  /** Crop, resize and flip. */
  ResampleOps resample();

  /** Fake quantization and codes. */
  QuantizeOps quantize();

  /** Parameter updates. */
  OptimizerOps optimizer();

  /** Counter-based random numbers. */
  RandomOps random();

  /** What the integer engine computes with on this device; empty where it has no such kernels. */
  default Optional<LowBitOps> lowBit() {
    return Optional.empty();
  }

  /**
   * Work that will be run many times with the same tensors. Here it simply runs; a device that can
   * record it does so.
   */
  default RepeatedWork repeated(Runnable work) {
    return new RepeatedWork() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void close() {}
    };
  }

  /** Waits until everything submitted so far has run; does nothing on the CPU. */
  default void synchronize() {}

  @Override
  void close();
}
