package org.intraq.cuda.kernel.conv2d;

import java.util.function.LongConsumer;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.cuda.launch.Warpgroups;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Launches {@code WarpgroupConv2dCuda.cu}: convolutions and their adjoints in the input on Hopper's
 * tensor cores, for channels that fill 16 bytes.
 */
final class WarpgroupConv2dCuda {
  private static final int STAGES = 4;

  /** Fewer channels leave most of a chunk's line of memory unused. */
  private static final int LEAST_DEEP = 16;

  /** Fewer channels leave most of a tile empty. */
  private static final int LEAST_COLUMNS = 32;

  /** Pixels that are worth laying the filters out. */
  private static final int FEWEST_PIXELS = 4096;

  /** Blocks that fill the largest device; with fewer, tiles are made smaller. */
  private static final int ENOUGH_BLOCKS = 132;

  private final Gpu gpu;
  private final MathMode math;

  WarpgroupConv2dCuda(Gpu gpu, MathMode math) {
    this.gpu = gpu;
    this.math = math;
  }

  /** Pixels and channels of a tile. */
  record Tile(int rows, int columns) {
    static Tile of(int m, int n) {
      Tile wide = new Tile(128, 256);
      if (n % 256 == 0 && wide.blocks(m, n) >= ENOUGH_BLOCKS) {
        return wide;
      }
      Tile tall = new Tile(256, 128);
      return n > 64 && tall.blocks(m, n) >= ENOUGH_BLOCKS ? tall : new Tile(256, 64);
    }

    int blocks(int m, int n) {
      return Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
    }

    int sharedBytes() {
      return Warpgroups.sharedBytes(STAGES, rows + columns);
    }
  }

  /** Whether the device can go forward, and the shape is worth it. */
  boolean suitsForward(Conv2dShape s, long x, long y) {
    return suits(s, s.ic(), s.oc(), x, y);
  }

  /** Whether the device can go back to the input, and the shape is worth it. */
  boolean suitsBackward(Conv2dShape s, long dy, long dx) {
    return suits(s, s.oc(), s.ic(), dy, dx);
  }

  private boolean suits(Conv2dShape s, int deep, int columns, long in, long out) {
    return math != MathMode.F32
        && Warpgroups.on(gpu)
        && s.groups() == 1
        && deep >= LEAST_DEEP
        && columns >= LEAST_COLUMNS
        && s.n() * s.outH() * s.outW() >= FEWEST_PIXELS
        && takes(s, in, out);
  }

  /** Whether the operands can be read 16 bytes at a time. */
  boolean takes(Conv2dShape s, long in, long out) {
    return s.ic() % per() == 0 && s.oc() % per() == 0 && Geometry.wide(in, out);
  }

  /** Numbers in 16 bytes. */
  private int per() {
    return math == MathMode.BF16 ? 8 : 4;
  }

  /** The taps of one direction: the first, the distance to the next, how many; where they read. */
  private record Taps(int first, int step, int count, int offset, int back) {
    static Taps all(int kernel, int pad, int dilation) {
      return new Taps(0, 1, kernel, -pad, -dilation);
    }

    /** Those that reach pixels i * stride + phase of the input, read at i + offset - tap * back. */
    static Taps of(int phase, int kernel, int stride, int pad, int dilation) {
      int first = -1;
      int step = 1;
      int count = 0;
      for (int r = kernel - 1; r >= 0; r--) {
        if ((phase + pad - r * dilation) % stride == 0) {
          step = count == 0 ? 1 : first - r;
          first = r;
          count++;
        }
      }
      int offset = count == 0 ? 0 : (phase + pad - first * dilation) / stride;
      return new Taps(first, step, count, offset, step * dilation / stride);
    }
  }

  /** y = x convolved with w. */
  void forward(Conv2dShape s, long x, long w, long y) {
    Taps down = Taps.all(s.kh(), s.padTop(), s.dilationH());
    Taps across = Taps.all(s.kw(), s.padLeft(), s.dilationW());
    int[] result = {s.outH(), s.outW(), s.oc(), 1, 1, 0, 0};
    rounded(
        s.inputSize(),
        x,
        source ->
            run(
                s,
                true,
                down,
                across,
                new int[] {s.n() * s.outH() * s.outW(), s.outH(), s.outW()},
                new int[] {s.strideH(), s.strideW()},
                new int[] {s.h(), s.w(), s.ic()},
                result,
                source,
                w,
                y));
  }

  /** dx = the adjoint of {@link #forward} in x, applied to dy. */
  void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    rounded(
        s.outputSize(),
        dy,
        source -> {
          for (int phase = 0; phase < s.strideH() * s.strideW(); phase++) {
            phase(s, phase / s.strideW(), phase % s.strideW(), source, w, dx);
          }
        });
  }

  private void phase(Conv2dShape s, int phaseH, int phaseW, long dy, long w, long dx) {
    int rows = Math.ceilDiv(s.h() - phaseH, s.strideH());
    int columns = Math.ceilDiv(s.w() - phaseW, s.strideW());
    Taps down = Taps.of(phaseH, s.kh(), s.strideH(), s.padTop(), s.dilationH());
    Taps across = Taps.of(phaseW, s.kw(), s.strideW(), s.padLeft(), s.dilationW());
    run(
        s,
        false,
        down,
        across,
        new int[] {s.n() * rows * columns, rows, columns},
        new int[] {1, 1},
        new int[] {s.outH(), s.outW(), s.oc()},
        new int[] {s.h(), s.w(), s.ic(), s.strideH(), s.strideW(), phaseH, phaseW},
        dy,
        w,
        dx);
  }

  /** Hands over where the operand lies as the tensor cores read it: bf16 takes a copy. */
  private void rounded(int n, long from, LongConsumer use) {
    if (math == MathMode.TF32) {
      use.accept(from);
      return;
    }
    gpu.pool()
        .borrow(
            2L * n,
            copy -> {
              gpu.module(WarpgroupConv2dCuda.class)
                  .launch("round_bf16")
                  .grid(Geometry.strided(n / 8))
                  .integer(n)
                  .pointer(from)
                  .pointer(copy)
                  .run();
              use.accept(copy);
            });
  }

  private void run(
      Conv2dShape s,
      boolean forward,
      Taps down,
      Taps across,
      int[] places,
      int[] by,
      int[] source,
      int[] result,
      long from,
      long w,
      long out) {
    int taps = down.count * across.count;
    int steps = Warpgroups.steps(source[2] / per(), taps);
    Tile tile = Tile.of(places[0], result[2]);
    int units =
        Math.ceilDiv(result[2], tile.columns)
            * (tile.columns / Warpgroups.UNIT_ROWS)
            * Math.max(steps, 1);
    gpu.pool()
        .borrow(
            (long) units * Warpgroups.UNIT_BYTES,
            packed -> {
              layOut(s, forward, down, across, taps == 0 ? 0 : units, w, packed);
              gpu.module(WarpgroupConv2dCuda.class)
                  .launch(math.prefix() + "_" + tile.columns)
                  .grid(Extent.of(tile.blocks(places[0], result[2])))
                  .block(Extent.of(Warpgroups.THREADS))
                  .shared(tile.sharedBytes())
                  .struct(window(places, by, down, across, source, result))
                  .pointer(from)
                  .pointer(packed)
                  .pointer(out)
                  .run();
            });
  }

  /** The fields of the kernels' {@code Window}. */
  private static int[] window(
      int[] places, int[] by, Taps down, Taps across, int[] source, int[] result) {
    return new int[] {
      places[0],
      places[1],
      places[2],
      by[0],
      by[1],
      down.offset,
      across.offset,
      -down.back,
      -across.back,
      down.count,
      across.count,
      source[0],
      source[1],
      source[2],
      result[0],
      result[1],
      result[2],
      result[3],
      result[4],
      result[5],
      result[6]
    };
  }

  private void layOut(
      Conv2dShape s, boolean forward, Taps down, Taps across, int units, long w, long packed) {
    gpu.module(WarpgroupConv2dCuda.class)
        .launch(math.prefix() + "_filters")
        .grid(Extent.of(units))
        .block(Extent.of(2 * Warpgroups.UNIT_ROWS))
        .struct(
            forward ? 1 : 0,
            s.kw(),
            s.ic(),
            s.oc(),
            down.first,
            across.first,
            down.step,
            across.step,
            down.count,
            across.count)
        .pointer(w)
        .pointer(packed)
        .run();
  }
}
