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
 * Table look-up by byte permutation: a table of all sums of a few activation codes for every pixel,
 * read by the bits of as many weights, one bit plane of the weights at a time.
 *
 * <pre>
 * table of u_0 .. u_5: T[i] = sum over b of bit b of i * u_b          64 bytes, a vector
 * index, plane j:      i_j = sum over b of 2^b * bit j of q_b         a byte for each column
 * sum of u * q = sum over j of 2^j * (sum over groups of T[i_j]) - 2^(kw-1) * sum of u
 *
 * cells: [step] tables, one for six channels (five at 256 bits, four at 128)
 * weights: [block][plane j][step][column] index bytes; even lanes hold the first half of the columns
 * </pre>
 *
 * <p>Sums are bytes as long as they fit (2 steps for U4, 14 for U2), then 16 bits, then 32.
 */
final class LookUpTile implements TileKernel {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 2)));
  private static final int LANES = B.length();

  /** Codes of a table. */
  private static final int GROUP = Integer.numberOfTrailingZeros(Math.min(LANES, 64));

  private static final int MOST_CODES = 6;

  /** Cells of a table. */
  private static final int TABLE = LANES / Integer.BYTES;

  private static final int MR = 4;
  private static final int AT = 8;

  /** [b][i]: all ones where bit b of i is set. */
  private static final byte[] MASKS = masks();

  private static byte[] masks() {
    byte[] masks = new byte[MOST_CODES * LANES];
    for (int i = 0; i < GROUP * LANES; i++) {
      masks[i] = (byte) -(i % LANES >> (i / LANES) & 1);
    }
    return masks;
  }

  @Override
  public String strategy() {
    return "look-up";
  }

  /** Sums of a table have to fit into a byte. */
  @Override
  public boolean supports(CodeBits bits) {
    return GROUP * bits.maxActivation() <= 0xff;
  }

  @Override
  public int rows() {
    return MR;
  }

  @Override
  public int columns() {
    return LANES;
  }

  @Override
  public int steps(int channels) {
    return (channels + GROUP - 1) / GROUP;
  }

  /** The cells of a step: a table. */
  @Override
  public int planes(CodeBits bits) {
    return TABLE;
  }

  @Override
  public int centre(CodeBits bits) {
    return 0;
  }

  @Override
  public Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks) {
    int pixelSteps = steps(shape.icPerGroup());
    byte[] index = new byte[shape.groups() * blocks * bits.weight() * steps * LANES];
    for (int b = 0; b < shape.groups() * blocks; b++) {
      for (int i = 0; i < steps * LANES * GROUP; i++) {
        int t = i / GROUP / LANES;
        int lane = i / GROUP % LANES;
        int column = b % blocks * LANES + lane % 2 * (LANES / 2) + lane / 2;
        int channel = t % pixelSteps * GROUP + i % GROUP;
        int code = filters.code(b / blocks, t / pixelSteps, channel, column) - bits.minWeight();
        for (int plane = 0; plane < bits.weight(); plane++) {
          int at = ((b * bits.weight() + plane) * steps + t) * LANES + lane;
          index[at] |= (byte) ((code >>> plane & 1) << (i % GROUP));
        }
      }
    }
    return index;
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
    ByteVector m0 = ByteVector.fromArray(B, MASKS, 0);
    ByteVector m1 = ByteVector.fromArray(B, MASKS, LANES);
    ByteVector m2 = ByteVector.fromArray(B, MASKS, 2 * LANES);
    ByteVector m3 = ByteVector.fromArray(B, MASKS, 3 * LANES);
    ByteVector m4 = ByteVector.fromArray(B, MASKS, 4 * LANES);
    ByteVector m5 = ByteVector.fromArray(B, MASKS, 5 * LANES);
    int cell = to;
    for (int i = 0; i < count; i++) {
      int from = at + i * stride;
      int end = from + channels;
      for (int c = from; c < end; c += GROUP, cell += TABLE) {
        m0.and(codes[c])
            .add(m1.and(code(codes, c + 1, end)))
            .add(m2.and(code(codes, c + 2, end)).add(m3.and(code(codes, c + 3, end))))
            .add(m4.and(code(codes, c + 4, end)).add(m5.and(code(codes, c + 5, end))))
            .reinterpretAsInts()
            .intoArray(cells, cell);
      }
    }
  }

  private static byte code(byte[] codes, int at, int end) {
    return at < end ? codes[at] : 0;
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
    int planes = w.bits().weight();
    int largest = GROUP * w.bits().maxActivation();
    int late = 0xff / largest;
    int chunk = 0xffff / largest / late * late;
    int[] at = Scratch.ints(AT, w.steps);
    for (int t = 0; t < w.steps; t++) {
      at[t] = offsets[t] + t % planeStride * (TABLE - 1);
    }
    short[] partial = Scratch.shorts(0, MR * LANES);
    byte[] index = (byte[]) w.codes;
    for (int m = 0; m < windows; m += MR) {
      int to = accOffset + m * accStride;
      for (int i = 0; i < Math.min(MR, windows - m); i++) {
        subtract(windowSums[m + i] << (planes - 1), acc, to + i * accStride);
      }
      for (int plane = 0; plane < planes; plane++) {
        int from = (block * planes + plane) * w.steps * LANES;
        for (int t = 0; t < w.steps; t += chunk) {
          int end = Math.min(w.steps, t + chunk);
          tile(t, end, late, cells, at, base, m, index, from, partial);
          add(partial, plane, acc, to, accStride);
        }
      }
    }
  }

  /** Four windows by a vector of columns: sums of one plane in 16 bits, even lanes, odd lanes. */
  private static void tile(
      int from,
      int to,
      int late,
      int[] cells,
      int[] at,
      int[] base,
      int m,
      byte[] index,
      int first,
      short[] partial) {
    int p0 = base[m];
    int p1 = base[m + 1];
    int p2 = base[m + 2];
    int p3 = base[m + 3];
    ShortVector even0 = ShortVector.zero(S);
    ShortVector even1 = even0;
    ShortVector even2 = even0;
    ShortVector even3 = even0;
    ShortVector odd0 = even0;
    ShortVector odd1 = even0;
    ShortVector odd2 = even0;
    ShortVector odd3 = even0;
    ShortVector low = ShortVector.broadcast(S, (short) 0xff);
    for (int t = from; t < to; ) {
      int end = Math.min(to, t + late);
      ByteVector s0 = ByteVector.zero(B);
      ByteVector s1 = s0;
      ByteVector s2 = s0;
      ByteVector s3 = s0;
      for (; t < end; t++) {
        int o = at[t];
        ByteVector i = ByteVector.fromArray(B, index, first + t * LANES);
        s0 = i.selectFrom(IntVector.fromArray(I, cells, p0 + o).reinterpretAsBytes()).add(s0);
        s1 = i.selectFrom(IntVector.fromArray(I, cells, p1 + o).reinterpretAsBytes()).add(s1);
        s2 = i.selectFrom(IntVector.fromArray(I, cells, p2 + o).reinterpretAsBytes()).add(s2);
        s3 = i.selectFrom(IntVector.fromArray(I, cells, p3 + o).reinterpretAsBytes()).add(s3);
      }
      ShortVector pair = s0.reinterpretAsShorts();
      even0 = pair.and(low).add(even0);
      odd0 = pair.lanewise(VectorOperators.LSHR, 8).add(odd0);
      pair = s1.reinterpretAsShorts();
      even1 = pair.and(low).add(even1);
      odd1 = pair.lanewise(VectorOperators.LSHR, 8).add(odd1);
      pair = s2.reinterpretAsShorts();
      even2 = pair.and(low).add(even2);
      odd2 = pair.lanewise(VectorOperators.LSHR, 8).add(odd2);
      pair = s3.reinterpretAsShorts();
      even3 = pair.and(low).add(even3);
      odd3 = pair.lanewise(VectorOperators.LSHR, 8).add(odd3);
    }
    even0.intoArray(partial, 0);
    odd0.intoArray(partial, S.length());
    even1.intoArray(partial, 2 * S.length());
    odd1.intoArray(partial, 3 * S.length());
    even2.intoArray(partial, 4 * S.length());
    odd2.intoArray(partial, 5 * S.length());
    even3.intoArray(partial, 6 * S.length());
    odd3.intoArray(partial, 7 * S.length());
  }

  private static void subtract(int value, int[] acc, int at) {
    for (int i = 0; i < LANES; i += I.length()) {
      IntVector.fromArray(I, acc, at + i).sub(value).intoArray(acc, at + i);
    }
  }

  /** acc += 2^plane * partial. */
  private static void add(short[] partial, int plane, int[] acc, int at, int stride) {
    for (int row = 0; row < MR; row++) {
      for (int i = 0; i < LANES; i += I.length()) {
        int to = at + row * stride + i;
        ((IntVector)
                ShortVector.fromArray(HALF, partial, row * LANES + i)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
            .lanewise(VectorOperators.LSHL, plane)
            .add(IntVector.fromArray(I, acc, to))
            .intoArray(acc, to);
      }
    }
  }
}
