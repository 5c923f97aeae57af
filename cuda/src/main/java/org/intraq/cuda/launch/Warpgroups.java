package org.intraq.cuda.launch;

/**
 * What the launchers of Hopper's warpgroup kernels share: the sizes of {@code
 * include/warpgroup.cuh} and {@code warpgroupconv.cuh}.
 */
public final class Warpgroups {
  /** Bytes that are copied together. */
  public static final int CHUNK = 16;

  /** Chunks of a row of a tile, which is one step of depth. */
  public static final int CHUNKS = 8;

  /** Bytes of a row of a tile. */
  public static final int ROW_BYTES = CHUNKS * CHUNK;

  /** Output channels of a unit of filters. */
  public static final int UNIT_ROWS = 64;

  /** Bytes of a unit of filters: one step of depth. */
  public static final int UNIT_BYTES = UNIT_ROWS * ROW_BYTES;

  /** Threads of a block: two warpgroups. */
  public static final int THREADS = 256;

  /** The one capability that has these instructions. */
  private static final int CAPABILITY = 90;

  /** Tiles begin at multiples of so many bytes, dynamic shared memory at any. */
  private static final int ALIGNMENT = 1024;

  private Warpgroups() {}

  /** Whether the device has them. */
  public static boolean on(Gpu gpu) {
    return gpu.driver().properties().capability() == CAPABILITY;
  }

  /** Steps of depth of a window of {@code taps} times {@code chunks} of channels. */
  public static int steps(int chunks, int taps) {
    return chunks < CHUNKS
        ? Math.ceilDiv(taps * chunks, CHUNKS)
        : Math.ceilDiv(chunks, CHUNKS) * taps;
  }

  /** Dynamic shared memory of so many stages of tiles with so many rows of both operands. */
  public static int sharedBytes(int stages, int rows) {
    return stages * rows * ROW_BYTES + ALIGNMENT;
  }
}
