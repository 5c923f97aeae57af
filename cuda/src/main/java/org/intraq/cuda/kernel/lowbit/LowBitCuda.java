package org.intraq.cuda.kernel.lowbit;

import java.util.function.LongConsumer;
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

  /** Pixels that fill the wide tiles of warpgroups. */
  private static final int FEWEST_PIXELS = 4096;

  private final Gpu gpu;
  private final int fewestPixels;

  /** Kernels of a device. */
  public LowBitCuda(Gpu gpu) {
    this(gpu, FEWEST_PIXELS);
  }

  /** As above, with the pixels from which warpgroups are taken; for tests. */
  LowBitCuda(Gpu gpu, int fewestPixels) {
    this.gpu = gpu;
    this.fewestPixels = fewestPixels;
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
    launch(layer, shape, x, new Result(mode, LowBitStage.RESULTS, added, y, 0));
  }

  /** The sums alone: acc [N, OH, OW, OC] and those of the windows [N, OH, OW, groups], as ints. */
  public void accumulate(LowBitLayer layer, Conv2dShape shape, Activations x, long acc, long sums) {
    launch(layer, shape, x, new Result(0, LowBitStage.SUMS, Added.none(), acc, sums));
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
    boolean warpgroups =
        result.mode != 0
            && layer.units() != 0
            && shape.n() * shape.outH() * shape.outW() >= fewestPixels;
    boolean bytes = !x.packed || bits == CodeBits.MAX;
    if (warpgroups) {
      boolean ready = bytes && bits < CodeBits.MAX && x.address % CHUNK == 0;
      int width = bytes ? CodeBits.MAX : bits;
      int flip = bits == CodeBits.MAX ? LowBitStage.SHIFT : 0;
      spread(
          !ready,
          shape.inputSize(),
          width,
          flip,
          x.address,
          codes -> wide(layer, shape, codes, result));
    } else if (narrow(shape)) {
      launch(layer, shape, x.address, bytes ? CodeBits.MAX : bits, result);
    } else {
      spread(
          !bytes,
          shape.inputSize(),
          bits,
          0,
          x.address,
          codes -> launch(layer, shape, codes, CodeBits.MAX, result));
    }
  }

  /** Hands over one code a byte, less {@code flip}: where it lies if not {@code needed}. */
  private void spread(boolean needed, int n, int bits, int flip, long stream, LongConsumer use) {
    if (!needed) {
      use.accept(stream);
      return;
    }
    gpu.pool()
        .borrow(
            n,
            codes -> {
              gpu.module(LowBitCuda.class)
                  .launch("spread")
                  .grid(Geometry.strided(Math.ceilDiv(n, CHUNK)))
                  .integer(n)
                  .integer(bits)
                  .integer(flip)
                  .integer(stream % CHUNK == 0 ? 1 : 0)
                  .pointer(stream)
                  .pointer(codes)
                  .run();
              use.accept(codes);
            });
  }

  private void wide(LowBitLayer layer, Conv2dShape s, long x, Result result) {
    int corrections = layer.bits().activation() == CodeBits.MAX ? LowBitStage.SHIFTED : 1;
    Launch launch = new LowBitWarpgroupCuda(gpu).launch(layer, s, x);
    finish(launch, layer, s, result, corrections).run();
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
    finish(launch, layer, s, result, result.zeros + 1).run();
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
  private static Launch finish(
      Launch launch, LowBitLayer layer, Conv2dShape s, Result result, int corrections) {
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
        .pointer(layer.table(corrections))
        .pointer(layer.table(2))
        .pointer(layer.table(3))
        .pointer(added.address)
        .pointer(result.y);
  }
}
