package org.intraq.tensor.kernel;

/**
 * Arrays for packing and partial results that belong to the calling thread and are reused from call
 * to call.
 *
 * <p>A slot is one array per thread; asking again for the same slot gives the same array with its
 * old contents. A kernel uses slots of its own and never calls another kernel while it holds one
 * that this kernel uses.
 */
public final class Scratch {
  /** Number of slots of each type. */
  public static final int SLOTS = 21;

  /**
   * The element of an {@link #aligned} array that a cache line begins with. Elements begin 16 bytes
   * into an array, and G1 puts one of more than half a region at the start of a region.
   */
  public static final int LINE_START = 12;

  /** Elements of the smallest aligned array: 4 MiB, half a region of a heap of 16 GB and less. */
  private static final int LARGE = 1 << 20;

  private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

  private final float[][] floats = new float[SLOTS][];
  private final double[][] doubles = new double[SLOTS][];
  private final int[][] ints = new int[SLOTS][];
  private final byte[][] bytes = new byte[SLOTS][];
  private final short[][] shorts = new short[SLOTS][];

  private Scratch() {}

  /** The calling thread's float array of at least {@code size} elements, contents undefined. */
  public static float[] floats(int slot, int size) {
    Scratch own = LOCAL.get();
    if (own.floats[slot] == null || own.floats[slot].length < size) {
      own.floats[slot] = new float[grown(size)];
    }
    return own.floats[slot];
  }

  /**
   * The calling thread's float array of at least {@code size} elements from {@link #LINE_START} on,
   * contents undefined.
   */
  public static float[] aligned(int slot, int size) {
    return floats(slot, Math.max(LARGE, LINE_START + size));
  }

  /** The calling thread's double array of at least {@code size} elements, contents undefined. */
  public static double[] doubles(int slot, int size) {
    Scratch own = LOCAL.get();
    if (own.doubles[slot] == null || own.doubles[slot].length < size) {
      own.doubles[slot] = new double[grown(size)];
    }
    return own.doubles[slot];
  }

  /** The calling thread's int array of at least {@code size} elements, contents undefined. */
  public static int[] ints(int slot, int size) {
    Scratch own = LOCAL.get();
    if (own.ints[slot] == null || own.ints[slot].length < size) {
      own.ints[slot] = new int[grown(size)];
    }
    return own.ints[slot];
  }

  /** The calling thread's byte array of at least {@code size} elements, contents undefined. */
  public static byte[] bytes(int slot, int size) {
    Scratch own = LOCAL.get();
    if (own.bytes[slot] == null || own.bytes[slot].length < size) {
      own.bytes[slot] = new byte[grown(size)];
    }
    return own.bytes[slot];
  }

  /** The calling thread's short array of at least {@code size} elements, contents undefined. */
  public static short[] shorts(int slot, int size) {
    Scratch own = LOCAL.get();
    if (own.shorts[slot] == null || own.shorts[slot].length < size) {
      own.shorts[slot] = new short[grown(size)];
    }
    return own.shorts[slot];
  }

  private static int grown(int size) {
    return Math.max(1024, size + Math.min(size >>> 3, Integer.MAX_VALUE - 8 - size));
  }
}
