package org.intraq.cuda.kernel.lowbit;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * Launches {@code LowBitCuda.cu}: convolution of low-bit codes, results equal to {@link
 * org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference} bit for bit.
 */
public final class LowBitCuda {
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

  private static final int CHUNK = 16;
  private static final int DEPTH = 64;
  private static final int STAGES = 3;

  /** Pixels of a tile. */
  private static final int ROWS = 128;

  /** Taps along an axis up to which a kernel keeps as bits which of them lie inside the image. */
  private static final int MOST_TAPS = 15;

  /** Groups with fewer output channels take the kernel without tiles. */
  private static final int NARROW = 8;

  private final Gpu gpu;

  /** Kernels of a device. */
  public LowBitCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  static boolean narrow(Conv2dShape s) {
    return s.groups() > 1 && s.ocPerGroup() < NARROW;
  }

  /** Output channels of a tile. */
  static int columns(Conv2dShape s) {
    return narrow(s) ? 1 : s.ocPerGroup() <= 32 ? 32 : s.ocPerGroup() <= 64 ? 64 : 128;
  }

  /** y [N, OH, OW, OC]: the sums, then the layer's output stage; floats, or codes of a byte. */
  public void run(LowBitLayer layer, Conv2dShape shape, Activations x, Added added, long y) {
    int mode = layer.stage().quantizer() == null ? 1 : 2;
    launch(layer, shape, x, new Result(mode, 0, added, y, 0));
  }

  /** The sums alone: acc [N, OH, OW, OC] and those of the windows [N, OH, OW, groups], as ints. */
  public void accumulate(LowBitLayer layer, Conv2dShape shape, Activations x, long acc, long sums) {
    launch(layer, shape, x, new Result(0, 4, Added.none(), acc, sums));
  }

  /** What is stored and where; {@code zeros}: the first of two columns of the layer's table. */
  private record Result(int mode, int zeros, Added added, long y, long windows) {
    /** Whether four neighbouring channels can be stored, and their residuals read, together. */
    boolean vector(Conv2dShape s) {
      return !narrow(s)
          && s.ocPerGroup() % 4 == 0
          && y % (mode == 2 ? 4 : 16) == 0
          && added.address % (added.kind == 2 ? 4 : 16) == 0;
    }
  }

  private void launch(LowBitLayer layer, Conv2dShape shape, Activations x, Result result) {
    layer.require(shape);
    if (shape.outputSize() == 0) {
      return;
    }
    int bits = layer.bits().activation();
    if (!x.packed || bits == CodeBits.MAX) {
      launch(layer, shape, x.address, CodeBits.MAX, result);
    } else if (narrow(shape)) {
      launch(layer, shape, x.address, bits, result);
    } else {
      gpu.pool()
          .borrow(
              shape.inputSize(),
              codes -> {
                spread(shape.inputSize(), bits, x.address, codes);
                launch(layer, shape, codes, CodeBits.MAX, result);
              });
    }
  }

  /** One code a byte. */
  private void spread(int n, int bits, long stream, long codes) {
    gpu.module(LowBitCuda.class)
        .launch("spread")
        .grid(Geometry.strided(Math.ceilDiv(n, CHUNK)))
        .integer(n)
        .integer(bits)
        .integer(stream % 4 == 0 ? 1 : 0)
        .pointer(stream)
        .pointer(codes)
        .run();
  }

  private void launch(LowBitLayer layer, Conv2dShape s, long x, int bits, Result result) {
    boolean dense =
        s.icPerGroup() % CHUNK == 0 && x % CHUNK == 0 && Math.max(s.kh(), s.kw()) <= MOST_TAPS;
    boolean counts = result.mode == 0 || !layer.folded();
    Launch launch =
        tile(s)
            .struct(Conv2dCuda.geometry(s))
            .struct(
                layer.stage().activationZero(),
                layer.inner(),
                layer.rowBytes(),
                dense ? 1 : 0,
                counts ? 1 : 0,
                bits)
            .pointer(x)
            .pointer(layer.rows())
            .pointer(result.windows);
    finish(launch, layer, s, result).run();
  }

  private Launch tile(Conv2dShape s) {
    if (narrow(s)) {
      return gpu.module(LowBitCuda.class).launch("narrow").grid(Geometry.strided(s.outputSize()));
    }
    int columns = columns(s);
    int pixels = s.n() * s.outH() * s.outW();
    int blocks = Math.ceilDiv(pixels, ROWS) * Math.ceilDiv(s.ocPerGroup(), columns);
    return gpu.module(LowBitCuda.class)
        .launch("codes_" + columns)
        .grid(new Extent(blocks, 1, s.groups()))
        .block(Extent.of(columns == 128 ? 256 : 128))
        .shared(STAGES * (ROWS + columns) * DEPTH);
  }

  /** The arguments of the output stage. */
  private static Launch finish(Launch launch, LowBitLayer layer, Conv2dShape s, Result result) {
    LowBitStage stage = layer.stage();
    CodeQuantizer quantizer = stage.quantizer();
    Added added = result.added;
    return launch
        .struct(
            result.mode,
            stage.hasActivation() ? 1 : 0,
            added.kind,
            added.zero,
            quantizer == null ? 0 : 1 << quantizer.bits() - 1,
            result.vector(s) ? 1 : 0)
        .real(stage.cap())
        .real(quantizer == null ? 0 : quantizer.m())
        .real(quantizer == null ? 0 : quantizer.z())
        .real(added.m)
        .pointer(layer.table(result.zeros))
        .pointer(layer.table(result.zeros + 1))
        .pointer(layer.table(2))
        .pointer(layer.table(3))
        .pointer(added.address)
        .pointer(result.y);
  }
}
