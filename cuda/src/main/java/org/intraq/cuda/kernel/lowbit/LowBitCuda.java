package org.intraq.cuda.kernel.lowbit;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * Launches {@code LowBitCuda.cu}: convolution of low-bit codes, results equal to {@link
 * org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference} bit for bit.
 */
public final class LowBitCuda {
  /** What multiplies codes. */
  public enum Cores {
    /** mma.sync of signed bytes, sm_80 and newer. */
    TENSOR,
    /** dp4a. */
    PLAIN
  }

  /** Where activations lie: one code a byte, or as a stream of {@code BitPacking}. */
  public record Activations(long address, boolean packed) {}

  /** What is added to the result: floats, codes of value (u - zero) / m, or nothing. */
  public record Added(int kind, long address, float m, int zero) {
    /** Nothing. */
    public static Added none() {
      return new Added(0, 0, 1, 0);
    }

    /** f32 values, laid out as the result. */
    public static Added floats(long address) {
      return new Added(1, address, 1, 0);
    }

    /** Codes, one a byte, laid out as the result. */
    public static Added codes(long address, float m, int zero) {
      return new Added(2, address, m, zero);
    }
  }

  private static final int BLOCK = 256;
  private static final int ROWS = 128;
  private static final int TENSOR_CAPABILITY = 80;

  /** Groups with fewer output channels take the kernel without tiles. */
  private static final int NARROW = 8;

  private static final int MOST_BLOCKS = 1 << 16;

  private final Gpu gpu;
  private final Cores cores;

  /** Kernels of a device: tensor cores where it has them. */
  public LowBitCuda(Gpu gpu) {
    this(
        gpu,
        gpu.driver().properties().capability() >= TENSOR_CAPABILITY ? Cores.TENSOR : Cores.PLAIN);
  }

  /** As above with the cores given; for tests and measurements. */
  public LowBitCuda(Gpu gpu, Cores cores) {
    this.gpu = gpu;
    this.cores = cores;
  }

  /** y [N, OH, OW, OC]: the sums, then the layer's output stage; floats, or codes of a byte. */
  public void run(LowBitLayer layer, Conv2dShape shape, Activations x, Added added, long y) {
    int mode = layer.stage().quantizer() == null ? 1 : 2;
    launch(layer, shape, x, mode, added)
        .pointer(layer.table(0))
        .pointer(layer.table(1))
        .pointer(layer.table(2))
        .pointer(layer.table(3))
        .pointer(added.address)
        .pointer(y)
        .pointer(0)
        .run();
  }

  /** The sums alone: acc [N, OH, OW, OC] and those of the windows [N, OH, OW, groups], as ints. */
  public void accumulate(LowBitLayer layer, Conv2dShape shape, Activations x, long acc, long sums) {
    launch(layer, shape, x, 0, Added.none())
        .pointer(layer.zeros())
        .pointer(layer.rawCorrection())
        .pointer(layer.table(2))
        .pointer(layer.table(3))
        .pointer(0)
        .pointer(acc)
        .pointer(sums)
        .run();
  }

  private Launch launch(
      LowBitLayer layer, Conv2dShape shape, Activations x, int mode, Added added) {
    layer.require(shape);
    LowBitStage stage = layer.stage();
    CodeQuantizer quantizer = stage.quantizer();
    int half = quantizer == null ? 0 : 1 << quantizer.bits() - 1;
    return tile(shape)
        .block(Extent.of(BLOCK))
        .struct(Conv2dCuda.geometry(shape))
        .struct(
            layer.bits().activation(),
            layer.bits().weight(),
            x.packed ? 1 : 0,
            stage.activationZero(),
            layer.units())
        .struct(mode, stage.hasActivation() ? 1 : 0, added.kind, added.zero, half)
        .real(stage.cap())
        .real(quantizer == null ? 0 : quantizer.m())
        .real(quantizer == null ? 0 : quantizer.z())
        .real(added.m)
        .pointer(x.address)
        .pointer(layer.codes());
  }

  private Launch tile(Conv2dShape s) {
    if (s.groups() > 1 && s.ocPerGroup() < NARROW) {
      int blocks = Math.min(Math.ceilDiv(s.outputSize(), BLOCK), MOST_BLOCKS);
      return gpu.module(LowBitCuda.class).launch("narrow").grid(Extent.of(blocks));
    }
    int columns = s.ocPerGroup() <= 32 ? 32 : 128;
    int pixels = s.n() * s.outH() * s.outW();
    int blocks = Math.ceilDiv(pixels, ROWS) * Math.ceilDiv(s.ocPerGroup(), columns);
    return gpu.module(LowBitCuda.class)
        .launch((cores == Cores.TENSOR ? "tensor_" : "plain_") + columns)
        .grid(new Extent(blocks, 1, s.groups()));
  }
}
