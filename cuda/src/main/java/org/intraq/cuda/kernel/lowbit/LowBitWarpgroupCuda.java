package org.intraq.cuda.kernel.lowbit;

import static org.intraq.cuda.launch.Warpgroups.CHUNK;
import static org.intraq.cuda.launch.Warpgroups.CHUNKS;
import static org.intraq.cuda.launch.Warpgroups.UNIT_BYTES;
import static org.intraq.cuda.launch.Warpgroups.UNIT_ROWS;

import java.util.Arrays;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.cuda.launch.Warpgroups;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Launches {@code LowBitWarpgroupCuda.cu}: convolution of codes on Hopper's tensor cores, for
 * channels that fill chunks of 16.
 */
final class LowBitWarpgroupCuda {
  /** Pixels of a tile. */
  private static final int ROWS = 128;

  /** Fewer channels leave most of a tile empty. */
  private static final int LEAST_COLUMNS = 32;

  /** The least share of the device that wide tiles are to keep busy. */
  private static final double BUSY = 0.7;

  private final Gpu gpu;

  LowBitWarpgroupCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Channels of a tile, its stages, and the blocks of a multiprocessor. */
  private enum Tile {
    NARROW(64, 3, 3),
    SQUARE(128, 3, 2),
    WIDE(256, 4, 1);

    private final int columns;
    private final int stages;
    private final int resident;

    Tile(int columns, int stages, int resident) {
      this.columns = columns;
      this.stages = stages;
      this.resident = resident;
    }

    /** The tile for results [m, n] of a device: a large one where it leaves no wave half empty. */
    static Tile of(int m, int n, int processors) {
      if (n % WIDE.columns == 0 && WIDE.busy(m, n, processors) > BUSY) {
        return WIDE;
      }
      return n > NARROW.columns && SQUARE.blocks(m, n) >= processors ? SQUARE : NARROW;
    }

    int blocks(int m, int n) {
      return Math.ceilDiv(m, ROWS) * Math.ceilDiv(n, columns);
    }

    /** The share of the device that has work, over all waves. */
    private double busy(int m, int n, int processors) {
      int wave = processors * resident;
      int blocks = blocks(m, n);
      return blocks / (double) (Math.ceilDiv(blocks, wave) * wave);
    }

    int sharedBytes() {
      return Warpgroups.sharedBytes(stages, ROWS + columns);
    }
  }

  /** Whether the device has the instructions and the filters fill chunks and tiles. */
  static boolean takes(Gpu gpu, Conv2dShape s) {
    return Warpgroups.on(gpu) && s.groups() == 1 && s.ic() % CHUNK == 0 && s.oc() >= LEAST_COLUMNS;
  }

  private static int steps(Conv2dShape s) {
    return Warpgroups.steps(s.ic() / CHUNK, s.kh() * s.kw());
  }

  private static int unitsBytes(Conv2dShape s) {
    int rows = s.oc() <= UNIT_ROWS ? UNIT_ROWS : Math.ceilDiv(s.oc(), 128) * 128;
    return rows / UNIT_ROWS * steps(s) * UNIT_BYTES;
  }

  /** Units of 64 channels and one step, as shared memory wants them; then a chunk of padding. */
  static byte[] layOut(LowBitWeights weights, Conv2dShape s, byte padding) {
    int chunks = s.ic() / CHUNK;
    int width = Math.min(chunks, CHUNKS);
    int taps = s.kh() * s.kw();
    int steps = steps(s);
    byte[] units = new byte[unitsBytes(s) + CHUNK];
    for (int o = 0; o < s.oc(); o++) {
      int row = o % UNIT_ROWS;
      for (int tap = 0; tap < taps; tap++) {
        for (int c = 0; c < s.ic(); c++) {
          int chunk = c / CHUNK;
          int flat =
              width == CHUNKS
                  ? (chunk / CHUNKS * taps + tap) * CHUNKS + chunk % CHUNKS
                  : tap * width + chunk;
          int unit = o / UNIT_ROWS * steps + flat / CHUNKS;
          int place = row * CHUNKS + (flat % CHUNKS ^ row % 8);
          units[unit * UNIT_BYTES + place * CHUNK + c % CHUNK] = weights.code(tap, c, o);
        }
      }
    }
    Arrays.fill(units, units.length - CHUNK, units.length, padding);
    return units;
  }

  /** The launch without the output stage; x: signed bytes, at a multiple of 16. */
  Launch launch(LowBitLayer layer, Conv2dShape s, long x) {
    int pixels = s.n() * s.outH() * s.outW();
    Tile tile = Tile.of(pixels, s.oc(), gpu.driver().properties().multiprocessors());
    return gpu.module(LowBitWarpgroupCuda.class)
        .launch("codes_" + tile.columns)
        .grid(Extent.of(tile.blocks(pixels, s.oc())))
        .block(Extent.of(Warpgroups.THREADS))
        .shared(tile.sharedBytes())
        .struct(window(s, pixels))
        .pointer(x)
        .pointer(layer.units())
        .pointer(layer.units() + unitsBytes(s));
  }

  /** The fields of the kernels' {@code Window}. */
  private static int[] window(Conv2dShape s, int pixels) {
    return new int[] {
      pixels,
      s.outH(),
      s.outW(),
      s.strideH(),
      s.strideW(),
      -s.padTop(),
      -s.padLeft(),
      s.dilationH(),
      s.dilationW(),
      s.kh(),
      s.kw(),
      s.h(),
      s.w(),
      s.ic(),
      s.outH(),
      s.outW(),
      s.oc(),
      1,
      1,
      0,
      0
    };
  }
}
