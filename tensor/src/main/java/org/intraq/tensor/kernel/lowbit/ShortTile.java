package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
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
 * <pre>
 * resident weights: a 16-bit lane keeps 16 / kw codes (rounded down), step t in bits 0 .. kw-1,
 * step t+1 above it; one shift left and one arithmetic shift right give a code with its sign:
 *
 *   U4S4   | t+3 | t+2 | t+1 | t |   lane = (column, even or odd code of the pair)
 * </pre>
 */
final class ShortTile implements TileKernel {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int COLUMNS = I.length();
  private static final int MR = 6;

  /** An unpacked panel of more steps would leave the first-level cache. */
  private static final int MAX_CHUNK = 240;

  @Override
  public String strategy() {
    return "16-bit multiply-add";
  }

  @Override
  public int rows() {
    return MR;
  }

  @Override
  public int columns() {
    return 2 * COLUMNS;
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

  /** Steps whose sums fit into 16 bits. */
  static int exactSteps(CodeBits bits) {
    return Short.MAX_VALUE >> (bits.activation() + bits.weight() - 2);
  }

  private static int perLane(int bits) {
    return 16 / bits;
  }

  /** Steps unpacked at a time: whole lanes, and as few partial sums as the widths allow. */
  private static int chunk(CodeBits bits) {
    int per = perLane(bits.weight());
    int exact = exactSteps(bits);
    return exact > per ? Math.min(exact, MAX_CHUNK) / per * per : MAX_CHUNK / per * per;
  }

  @Override
  public Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks) {
    int per = perLane(bits.weight());
    int words = (steps + per - 1) / per;
    int pixelSteps = steps(shape.icPerGroup());
    short[] codes = new short[shape.groups() * blocks * words * 2 * LANES];
    int mask = (1 << bits.weight()) - 1;
    for (int b = 0; b < shape.groups() * blocks; b++) {
      for (int t = 0; t < steps; t++) {
        for (int lane = 0; lane < 2 * LANES; lane++) {
          int column = b % blocks * columns() + lane / 2;
          int channel = t % pixelSteps * 2 + lane % 2;
          int code = filters.code(b / blocks, t / pixelSteps, channel, column);
          codes[(b * words + t / per) * 2 * LANES + lane] |=
              (short) ((code & mask) << (t % per * bits.weight()));
        }
      }
    }
    return codes;
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
      Bytes.unsignedShorts(codes, at + c)
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
      int[] acc,
      int accOffset,
      int accStride) {
    short[] packed = (short[]) w.codes;
    int per = perLane(w.bits().weight());
    int words = (w.steps + per - 1) / per;
    int exact = exactSteps(w.bits());
    int chunk = chunk(w.bits());
    short[] panel = Scratch.shorts(0, (chunk + per) * 2 * LANES);
    short[] partial = Scratch.shorts(1, 2 * MR * LANES);
    for (int t = 0; t < w.steps; t += chunk) {
      int steps = Math.min(chunk, w.steps - t);
      expand(packed, (block * words + t / per) * 2 * LANES, steps, w.bits().weight(), panel);
      for (int from = 0; from < steps; from += exact) {
        int to = Math.min(steps, from + exact);
        for (int m = 0; m < windows; m += MR) {
          tile(
              from,
              to,
              cells,
              offsets,
              t,
              base[m],
              base[m + 1],
              base[m + 2],
              base[m + 3],
              base[m + 4],
              base[m + 5],
              panel,
              partial);
          addPairs(partial, acc, accOffset + m * accStride, accStride);
        }
      }
    }
  }

  /** Unpacks {@code steps} steps (rounded up to full lanes) into two vectors a step. */
  private static void expand(short[] packed, int at, int steps, int bits, short[] panel) {
    int per = perLane(bits);
    for (int t = 0; t < steps; t += per, at += 2 * LANES) {
      ShortVector low = ShortVector.fromArray(S, packed, at);
      ShortVector high = ShortVector.fromArray(S, packed, at + LANES);
      int to = t * 2 * LANES;
      for (int j = 1; j <= per; j++, to += 2 * LANES) {
        low.lanewise(VectorOperators.LSHL, 16 - j * bits)
            .lanewise(VectorOperators.ASHR, 16 - bits)
            .intoArray(panel, to);
        high.lanewise(VectorOperators.LSHL, 16 - j * bits)
            .lanewise(VectorOperators.ASHR, 16 - bits)
            .intoArray(panel, to + LANES);
      }
    }
  }

  /** Six windows by two vectors of columns; the sums of steps from .. to - 1 in 16 bits. */
  private static void tile(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int a0,
      int a1,
      int a2,
      int a3,
      int a4,
      int a5,
      short[] w,
      short[] partial) {
    ShortVector c00 = ShortVector.zero(S);
    ShortVector c01 = ShortVector.zero(S);
    ShortVector c10 = ShortVector.zero(S);
    ShortVector c11 = ShortVector.zero(S);
    ShortVector c20 = ShortVector.zero(S);
    ShortVector c21 = ShortVector.zero(S);
    ShortVector c30 = ShortVector.zero(S);
    ShortVector c31 = ShortVector.zero(S);
    ShortVector c40 = ShortVector.zero(S);
    ShortVector c41 = ShortVector.zero(S);
    ShortVector c50 = ShortVector.zero(S);
    ShortVector c51 = ShortVector.zero(S);
    for (int t = from; t < to; t++) {
      int o = offsets[first + t];
      ShortVector w0 = ShortVector.fromArray(S, w, t * 2 * LANES);
      ShortVector w1 = ShortVector.fromArray(S, w, t * 2 * LANES + LANES);
      ShortVector u = IntVector.broadcast(I, cells[a0 + o]).reinterpretAsShorts();
      c00 = c00.add(u.mul(w0));
      c01 = c01.add(u.mul(w1));
      u = IntVector.broadcast(I, cells[a1 + o]).reinterpretAsShorts();
      c10 = c10.add(u.mul(w0));
      c11 = c11.add(u.mul(w1));
      u = IntVector.broadcast(I, cells[a2 + o]).reinterpretAsShorts();
      c20 = c20.add(u.mul(w0));
      c21 = c21.add(u.mul(w1));
      u = IntVector.broadcast(I, cells[a3 + o]).reinterpretAsShorts();
      c30 = c30.add(u.mul(w0));
      c31 = c31.add(u.mul(w1));
      u = IntVector.broadcast(I, cells[a4 + o]).reinterpretAsShorts();
      c40 = c40.add(u.mul(w0));
      c41 = c41.add(u.mul(w1));
      u = IntVector.broadcast(I, cells[a5 + o]).reinterpretAsShorts();
      c50 = c50.add(u.mul(w0));
      c51 = c51.add(u.mul(w1));
    }
    c00.intoArray(partial, 0);
    c01.intoArray(partial, LANES);
    c10.intoArray(partial, 2 * LANES);
    c11.intoArray(partial, 3 * LANES);
    c20.intoArray(partial, 4 * LANES);
    c21.intoArray(partial, 5 * LANES);
    c30.intoArray(partial, 6 * LANES);
    c31.intoArray(partial, 7 * LANES);
    c40.intoArray(partial, 8 * LANES);
    c41.intoArray(partial, 9 * LANES);
    c50.intoArray(partial, 10 * LANES);
    c51.intoArray(partial, 11 * LANES);
  }

  /** acc += low half + high half of every 32-bit lane, both signed, for a tile. */
  private static void addPairs(short[] partial, int[] acc, int at, int ld) {
    for (int i = 0; i < 2 * MR; i++) {
      int to = at + i / 2 * ld + i % 2 * COLUMNS;
      IntVector pairs = ShortVector.fromArray(S, partial, i * LANES).reinterpretAsInts();
      pairs
          .lanewise(VectorOperators.LSHL, 16)
          .lanewise(VectorOperators.ASHR, 16)
          .add(pairs.lanewise(VectorOperators.ASHR, 16))
          .add(IntVector.fromArray(I, acc, to))
          .intoArray(acc, to);
    }
  }
}
