package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Multiply-add in 16-bit lanes, widened to 32 bits as late as the widths allow.
 *
 * <p>A cell holds two neighbouring codes of a pixel, each minus 2^(ka-1); a weight vector holds the
 * same two positions for as many columns as there are 32-bit lanes. Products have a magnitude of at
 * most 2^(ka+kw-2), so 32767 / 2^(ka+kw-2) steps fit into 16 bits (511 for U4S4) before the two
 * halves of every lane are added to a 32-bit sum.
 *
 * <p>{@link WideShortTile} takes six windows by two vectors of columns, {@link NarrowShortTile}
 * eight by one, {@link RunShortTile} five by two.
 *
 * <pre>
 * resident weights: a 16-bit lane keeps 16 / kw codes (rounded down), step t in bits 0 .. kw-1,
 * step t+1 above it; one shift left and one arithmetic shift right give a code with its sign:
 *
 *   U4S4   | t+3 | t+2 | t+1 | t |   lane = (column, even or odd code of the pair)
 * </pre>
 */
abstract class ShortTile implements TileKernel {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;

  /** As many bytes; widened in place, because a method that gave a vector may not be inlined. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  static final int LANES = S.length();
  private static final int COLUMNS = I.length();

  /** Zero points of weights that are not shifted. */
  private static final int[] NONE = new int[2 * COLUMNS];

  /** An unpacked panel of more steps would leave the first-level cache. */
  private static final int MAX_CHUNK = 240;

  @Override
  public String strategy() {
    return "16-bit multiply-add";
  }

  /** Vectors of columns of a block. */
  abstract int vectors();

  /**
   * Adds the products of steps {@code from} to {@code to - 1}, whose sums fit into 16 bits, to acc.
   *
   * @param first step of the window at which the panel begins
   * @param base first cells of the windows, filled up to a multiple of {@link #rows}
   * @param panel [steps][vectors][lanes]
   * @param acc sums [windows, filled up][stride], this block's from {@code at}
   */
  abstract void block(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int windows,
      short[] panel,
      int[] acc,
      int at,
      int stride);

  @Override
  public int columns() {
    return vectors() * COLUMNS;
  }

  @Override
  public int steps(int channels) {
    return (channels + 1) / 2;
  }

  @Override
  public int planes(CodeBits bits) {
    return 1;
  }

  @Override
  public int centre(CodeBits bits) {
    return 1 << (bits.activation() - 1);
  }

  /** One product of a centred code and a shifted weight has to fit into 16 bits. */
  @Override
  public boolean canShift(CodeBits bits, int reach) {
    return (long) centre(bits) * reach <= Short.MAX_VALUE;
  }

  /** Steps whose sums fit into 16 bits. */
  static int exactSteps(CodeBits bits) {
    return Short.MAX_VALUE >> (bits.activation() + bits.weight() - 2);
  }

  static int perLane(int bits) {
    return 16 / bits;
  }

  /** Steps unpacked at a time: whole lanes, and as few partial sums as the widths allow. */
  private static int chunk(CodeBits bits, int exact) {
    int per = perLane(bits.weight());
    return exact > per ? Math.min(exact, MAX_CHUNK) / per * per : MAX_CHUNK / per * per;
  }

  @Override
  public Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks) {
    int per = perLane(bits.weight());
    int words = (steps + per - 1) / per;
    int pixelSteps = steps(shape.icPerGroup());
    int width = vectors() * LANES;
    short[] codes = new short[shape.groups() * blocks * words * width];
    int mask = (1 << bits.weight()) - 1;
    for (int b = 0; b < shape.groups() * blocks; b++) {
      for (int t = 0; t < steps; t++) {
        for (int lane = 0; lane < width; lane++) {
          int column = b % blocks * columns() + lane / 2;
          int channel = t % pixelSteps * 2 + lane % 2;
          int code = filters.code(b / blocks, t / pixelSteps, channel, column);
          codes[(b * words + t / per) * width + lane] |=
              (short) ((code & mask) << (t % per * bits.weight()));
        }
      }
    }
    return codes;
  }

  /** Code of a step of a column of the first group; {@code odd} is 1 for the second of its pair. */
  int code(TiledWeights w, int step, int column, int odd) {
    int bits = w.bits().weight();
    int per = perLane(bits);
    int words = (w.steps + per - 1) / per;
    int width = vectors() * LANES;
    int block = column / columns();
    int lane = column % columns() * 2 + odd;
    short word = ((short[]) w.codes)[(block * words + step / per) * width + lane];
    return (short) (word << (16 - (step % per + 1) * bits)) >> (16 - bits);
  }

  @Override
  public void packPixels(
      CodeBits bits,
      byte[] codes,
      int at,
      int stride,
      int count,
      int channels,
      int[] cells,
      int to) {
    int centre = centre(bits);
    if (stride == channels && channels % 2 == 0) {
      packRun(centre, codes, at, count * channels, cells, to);
      return;
    }
    int steps = steps(channels);
    for (int i = 0; i < count; i++) {
      packRun(centre, codes, at + i * stride, channels, cells, to + i * steps);
    }
  }

  private static void packRun(int centre, byte[] codes, int at, int size, int[] cells, int to) {
    int c = 0;
    for (; c + LANES <= size; c += LANES) {
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, at + c)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0))
          .sub((short) centre)
          .reinterpretAsInts()
          .intoArray(cells, to + c / 2);
    }
    for (; c < size; c += 2) {
      int low = (codes[at + c] & 0xff) - centre;
      int high = c + 1 < size ? (codes[at + c + 1] & 0xff) - centre : 0;
      cells[to + c / 2] = low & 0xffff | high << 16;
    }
  }

  @Override
  public void multiply(
      TiledWeights w,
      int block,
      int[] cells,
      int[] base,
      int[] windowSums,
      int windows,
      int[] offsets,
      int planeStride,
      Shift shift,
      int[] acc,
      int accOffset,
      int accStride) {
    short[] packed = (short[]) w.codes;
    int per = perLane(w.bits().weight());
    int words = (w.steps + per - 1) / per;
    int exact =
        shift == null ? exactSteps(w.bits()) : Short.MAX_VALUE / centre(w.bits()) / shift.reach();
    int chunk = chunk(w.bits(), exact);
    int width = vectors() * LANES;
    int[] zero = shift == null ? NONE : shift.zero();
    short[] panel = Scratch.shorts(0, (chunk + per) * width);
    for (int t = 0; t < w.steps; t += chunk) {
      int steps = Math.min(chunk, w.steps - t);
      int from0 = (block * words + t / per) * width;
      int zeroAt = shift == null ? 0 : block * columns();
      expand(packed, from0, steps, w.bits().weight(), width, zero, zeroAt, panel, 0);
      for (int from = 0; from < steps; from += exact) {
        int to = Math.min(steps, from + exact);
        block(from, to, cells, offsets, t, base, windows, panel, acc, accOffset, accStride);
      }
    }
  }

  /**
   * Unpacks {@code steps} steps (rounded up to full lanes), {@code width} lanes a step, and
   * subtracts from every weight the zero point of its column.
   */
  static void expand(
      short[] packed,
      int at,
      int steps,
      int bits,
      int width,
      int[] zero,
      int zeroAt,
      short[] panel,
      int first) {
    int per = perLane(bits);
    for (int v = 0; v < width; v += LANES) {
      IntVector wide = IntVector.fromArray(I, zero, zeroAt + v / 2);
      ShortVector pairs =
          wide.lanewise(VectorOperators.LSHL, 16).or(wide.and(0xffff)).reinterpretAsShorts();
      int from = at + v;
      int to = first + v;
      for (int t = 0; t < steps; t += per, from += width) {
        ShortVector words = ShortVector.fromArray(S, packed, from);
        for (int j = 1; j <= per; j++, to += width) {
          words
              .lanewise(VectorOperators.LSHL, 16 - j * bits)
              .lanewise(VectorOperators.ASHR, 16 - bits)
              .sub(pairs)
              .intoArray(panel, to);
        }
      }
    }
  }

  /** acc += low half + high half of every 32-bit lane, both signed, for some windows. */
  static void addPairs(short[] partial, int rows, int width, int[] acc, int at, int stride) {
    for (int row = 0; row < rows; row++) {
      int to = at + row * stride;
      for (int v = row * width; v < (row + 1) * width; v += LANES, to += COLUMNS) {
        IntVector pairs = ShortVector.fromArray(S, partial, v).reinterpretAsInts();
        pairs
            .lanewise(VectorOperators.LSHL, 16)
            .lanewise(VectorOperators.ASHR, 16)
            .add(pairs.lanewise(VectorOperators.ASHR, 16))
            .add(IntVector.fromArray(I, acc, to))
            .intoArray(acc, to);
      }
    }
  }
}
