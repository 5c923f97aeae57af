package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Bit-serial products: AND and population count, one pair of bit planes at a time.
 *
 * <pre>
 * u = sum over i of 2^i * u_i                 (bits of an activation code)
 * q = sum over j of 2^j * q_j - 2^(kw-1)      (bits of a weight code made unsigned)
 * sum of u * q = sum over i, j of 2^(i+j) * popcount(u_i AND q_j) - 2^(kw-1) * sum of u
 *
 * cell: bit b of word t of plane i = bit i of the code of channel 32 * t + b of a pixel
 * weights: [block][plane j][step][column] of 32-bit words: kw bits a weight, but for channels beyond
 * a multiple of 32
 * </pre>
 *
 * <p>Costs ka * kw times three instructions for 32 products a lane, so it wins where ka * kw is
 * small.
 */
final class PopcountTile implements TileKernel {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> CODES = ByteVector.SPECIES_128;
  private static final int LANES = I.length();
  private static final int MR = 4;
  private static final int WORD = 32;
  private static final int HALF_WORD = 16;

  @Override
  public String strategy() {
    return "bit planes";
  }

  @Override
  public int rows() {
    return MR;
  }

  @Override
  public int columns() {
    return 2 * LANES;
  }

  @Override
  public int steps(int channels) {
    return (channels + WORD - 1) / WORD;
  }

  @Override
  public int planes(CodeBits bits) {
    return bits.activation();
  }

  @Override
  public int centre(CodeBits bits) {
    return 0;
  }

  @Override
  public Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks) {
    int columns = columns();
    int pixelSteps = steps(shape.icPerGroup());
    int[] words = new int[shape.groups() * blocks * bits.weight() * steps * columns];
    for (int b = 0; b < shape.groups() * blocks; b++) {
      for (int t = 0; t < steps; t++) {
        for (int i = 0; i < WORD * columns; i++) {
          int column = i % columns;
          int channel = t % pixelSteps * WORD + i / columns;
          int code =
              filters.code(b / blocks, t / pixelSteps, channel, b % blocks * columns + column);
          code -= bits.minWeight();
          for (int plane = 0; plane < bits.weight(); plane++) {
            words[((b * bits.weight() + plane) * steps + t) * columns + column] |=
                (code >>> plane & 1) << (i / columns);
          }
        }
      }
    }
    return words;
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
    int planes = bits.activation();
    int steps = steps(channels);
    Arrays.fill(cells, to, to + count * planes * steps, 0);
    for (int i = 0; i < count; i++) {
      int from = at + i * stride;
      int cell = to + i * planes * steps;
      int c = packVectors(planes, steps, codes, from, channels, cells, cell);
      for (; c + HALF_WORD <= channels; c += HALF_WORD) {
        ByteVector part = ByteVector.fromArray(CODES, codes, from + c);
        for (int plane = 0; plane < planes; plane++) {
          long ones = part.and((byte) (1 << plane)).compare(VectorOperators.NE, 0).toLong();
          cells[cell + plane * steps + c / WORD] |= (int) ones << (c % WORD);
        }
      }
      for (; c < channels; c++) {
        for (int plane = 0; plane < planes; plane++) {
          cells[cell + plane * steps + c / WORD] |= (codes[from + c] >>> plane & 1) << (c % WORD);
        }
      }
    }
  }

  /** Packs channels in whole vectors of one or two words; returns the number packed. */
  private static int packVectors(
      int planes, int steps, byte[] codes, int from, int channels, int[] cells, int cell) {
    int c = 0;
    if (B.length() < WORD) {
      return 0;
    }
    for (; c + B.length() <= channels; c += B.length()) {
      ByteVector part = ByteVector.fromArray(B, codes, from + c);
      for (int plane = 0; plane < planes; plane++) {
        long ones = part.and((byte) (1 << plane)).compare(VectorOperators.NE, 0).toLong();
        int word = cell + plane * steps + c / WORD;
        cells[word] = (int) ones;
        if (B.length() > WORD) {
          cells[word + 1] = (int) (ones >>> WORD);
        }
      }
    }
    return c;
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
    int[] words = (int[]) w.codes;
    int planes = w.bits().weight();
    int[] counts = Scratch.ints(7, 2 * MR * LANES);
    int from = block * planes * w.steps * 2 * LANES;
    for (int m = 0; m < windows; m += MR) {
      tile(
          w.steps,
          w.bits().activation(),
          planes,
          cells,
          offsets,
          planeStride,
          base[m],
          base[m + 1],
          base[m + 2],
          base[m + 3],
          words,
          from,
          counts);
      for (int i = 0; i < Math.min(MR, windows - m); i++) {
        int unsigned = windowSums[m + i] << (planes - 1);
        addCounts(counts, i * 2 * LANES, unsigned, acc, accOffset + (m + i) * accStride);
      }
    }
  }

  /**
   * Four windows by two vectors of columns: sum over i, j of 2^(i+j) * popcount(u_i AND q_j), by
   * Horner's rule from the largest i + j down, so that one accumulator a vector is enough.
   */
  private static void tile(
      int steps,
      int activationPlanes,
      int weightPlanes,
      int[] cells,
      int[] offsets,
      int planeStride,
      int p0,
      int p1,
      int p2,
      int p3,
      int[] w,
      int from,
      int[] counts) {
    IntVector c00 = IntVector.zero(I);
    IntVector c01 = IntVector.zero(I);
    IntVector c10 = IntVector.zero(I);
    IntVector c11 = IntVector.zero(I);
    IntVector c20 = IntVector.zero(I);
    IntVector c21 = IntVector.zero(I);
    IntVector c30 = IntVector.zero(I);
    IntVector c31 = IntVector.zero(I);
    for (int weight = activationPlanes + weightPlanes - 2; weight >= 0; weight--) {
      c00.check(I);
      c01.check(I);
      c10.check(I);
      c11.check(I);
      c20.check(I);
      c21.check(I);
      c30.check(I);
      c31.check(I);
      c00 = c00.add(c00);
      c01 = c01.add(c01);
      c10 = c10.add(c10);
      c11 = c11.add(c11);
      c20 = c20.add(c20);
      c21 = c21.add(c21);
      c30 = c30.add(c30);
      c31 = c31.add(c31);
      int last = Math.min(weight, activationPlanes - 1);
      for (int i = Math.max(0, weight - weightPlanes + 1); i <= last; i++) {
        int plane = from + (weight - i) * steps * 2 * LANES;
        int a0 = p0 + i * planeStride;
        int a1 = p1 + i * planeStride;
        int a2 = p2 + i * planeStride;
        int a3 = p3 + i * planeStride;
        for (int t = 0; t < steps; t++) {
          int o = offsets[t];
          IntVector w0 = IntVector.fromArray(I, w, plane + t * 2 * LANES);
          IntVector w1 = IntVector.fromArray(I, w, plane + t * 2 * LANES + LANES);
          IntVector u = IntVector.broadcast(I, cells[a0 + o]);
          c00 = u.and(w0).lanewise(VectorOperators.BIT_COUNT).add(c00);
          c01 = u.and(w1).lanewise(VectorOperators.BIT_COUNT).add(c01);
          u = IntVector.broadcast(I, cells[a1 + o]);
          c10 = u.and(w0).lanewise(VectorOperators.BIT_COUNT).add(c10);
          c11 = u.and(w1).lanewise(VectorOperators.BIT_COUNT).add(c11);
          u = IntVector.broadcast(I, cells[a2 + o]);
          c20 = u.and(w0).lanewise(VectorOperators.BIT_COUNT).add(c20);
          c21 = u.and(w1).lanewise(VectorOperators.BIT_COUNT).add(c21);
          u = IntVector.broadcast(I, cells[a3 + o]);
          c30 = u.and(w0).lanewise(VectorOperators.BIT_COUNT).add(c30);
          c31 = u.and(w1).lanewise(VectorOperators.BIT_COUNT).add(c31);
        }
      }
    }
    c00.intoArray(counts, 0);
    c01.intoArray(counts, LANES);
    c10.intoArray(counts, 2 * LANES);
    c11.intoArray(counts, 3 * LANES);
    c20.intoArray(counts, 4 * LANES);
    c21.intoArray(counts, 5 * LANES);
    c30.intoArray(counts, 6 * LANES);
    c31.intoArray(counts, 7 * LANES);
  }

  /** acc += counts - shift for one window. */
  private static void addCounts(int[] counts, int from, int shift, int[] acc, int at) {
    for (int i = 0; i < 2 * LANES; i += LANES) {
      IntVector.fromArray(I, counts, from + i)
          .sub(shift)
          .add(IntVector.fromArray(I, acc, at + i))
          .intoArray(acc, at + i);
    }
  }
}
