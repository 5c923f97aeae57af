package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Fused multiply-add in f32, exact, with one product or two in a mantissa.
 *
 * <pre>
 * two fields: a * (w0 + 2^11 w1) = a w0 + 2^11 a w1     while |sum of a w0| &lt;= 2^10 - 1
 * one field:  a * w                                     while |sum| &lt;= 2^22 - 1
 * </pre>
 *
 * <p>Sums start from 1.5 * 2^23, where a unit is the last bit: the bits of the float less those of
 * that number are the sum. Codes are centred as in {@link ShortTile}, so that two fields hold 15
 * steps of U4S4 and 255 of U2S2, and one field 255 of U8S8.
 *
 * <p>A cell is the float of one centred code. A block is two vectors; a lane holds one column, or
 * two of them a vector's length apart. Weights stay in memory a byte each.
 */
final class FusedTile implements TileKernel {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** As many bytes as lanes; at 128 bits twice as many, of which half are used. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

  private static final int MR = ShortRows.FEW_REGISTERS ? FusedRows.MR : FusedProducts.MR;
  private static final int START_BITS = Float.floatToRawIntBits(FusedProducts.START);
  private static final int MAX_ONE = (1 << 22) - 1;
  private static final int FIELD = 11;
  private static final int MAX_TWO = (1 << (FIELD - 1)) - 1;

  /** Fewer steps do not pay for taking the fields apart. */
  private static final int MIN_STEPS = 8;

  /** An unpacked panel of more steps would leave the first-level cache. */
  private static final int MAX_STEPS = 128;

  /** Zero points of weights that are not shifted. */
  private static final int[] NONE = new int[4 * LANES];

  private final int fields;

  /** A tile of one or two fields. */
  FusedTile(int fields) {
    this.fields = fields;
  }

  @Override
  public String strategy() {
    return fields == 1 ? "fused multiply-add" : "fused multiply-add, two products";
  }

  /** Whether enough steps are exact. */
  @Override
  public boolean supports(CodeBits bits) {
    return exact(bits, 1 << (bits.weight() - 1)) >= MIN_STEPS;
  }

  @Override
  public int rows() {
    return MR;
  }

  @Override
  public int columns() {
    return 2 * fields * LANES;
  }

  @Override
  public int steps(int channels) {
    return channels;
  }

  @Override
  public int planes(CodeBits bits) {
    return 1;
  }

  @Override
  public int centre(CodeBits bits) {
    return 1 << (bits.activation() - 1);
  }

  /** Steps that are exact if no weight is farther than {@code reach} from 0. */
  private int exact(CodeBits bits, int reach) {
    return (fields == 1 ? MAX_ONE : MAX_TWO) / (reach << (bits.activation() - 1));
  }

  @Override
  public boolean canShift(CodeBits bits, int reach) {
    return reach <= 1 << bits.weight() && exact(bits, reach) >= MIN_STEPS / 2;
  }

  @Override
  public Object layOut(
      Conv2dShape shape, CodeBits bits, TiledWeights.Filters filters, int steps, int blocks) {
    int columns = columns();
    int channels = shape.icPerGroup();
    byte[] codes = new byte[shape.groups() * blocks * steps * columns + BYTES.length()];
    int at = 0;
    for (int b = 0; b < shape.groups() * blocks; b++) {
      for (int t = 0; t < steps; t++) {
        for (int i = 0; i < columns; i++) {
          int column = b % blocks * columns + i;
          codes[at++] = (byte) filters.code(b / blocks, t / channels, t % channels, column);
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
    if (stride == channels) {
      packRun(centre, codes, at, count * channels, cells, to);
      return;
    }
    for (int i = 0; i < count; i++) {
      packRun(centre, codes, at + i * stride, channels, cells, to + i * channels);
    }
  }

  private static void packRun(int centre, byte[] codes, int at, int size, int[] cells, int to) {
    int c = 0;
    for (; c + BYTES.length() <= size; c += LANES) {
      ((IntVector)
              ByteVector.fromArray(BYTES, codes, at + c)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0))
          .sub(centre)
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsInts()
          .intoArray(cells, to + c);
    }
    for (; c < size; c++) {
      cells[to + c] = Float.floatToRawIntBits((codes[at + c] & 0xff) - centre);
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
    int exact = exact(w.bits(), shift == null ? 1 << (w.bits().weight() - 1) : shift.reach());
    int chunk = exact < MAX_STEPS ? MAX_STEPS / exact * exact : MAX_STEPS;
    float[] panel = Scratch.floats(0, chunk * 2 * LANES);
    byte[] codes = (byte[]) w.codes;
    int[] zero = shift == null ? NONE : shift.zero();
    int zeroAt = shift == null ? 0 : block * columns();
    for (int t = 0; t < w.steps; t += chunk) {
      int steps = Math.min(chunk, w.steps - t);
      for (int v = 0; v < 2; v++) {
        int from0 = (block * w.steps + t) * columns() + v * fields * LANES;
        expand(codes, from0, steps, zero, zeroAt + v * fields * LANES, panel, v * LANES);
      }
      for (int from = 0; from < steps; from += exact) {
        int to = Math.min(steps, from + exact);
        if (ShortRows.FEW_REGISTERS) {
          runs(from, to, cells, offsets, t, base, windows, panel, acc, accOffset, accStride);
        } else {
          gather(from, to, cells, offsets, t, base, windows, panel, acc, accOffset, accStride);
        }
      }
    }
  }

  /** Tiles of windows whose cells may lie anywhere. */
  private void gather(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int windows,
      float[] panel,
      int[] acc,
      int at,
      int stride) {
    float[] partial = Scratch.floats(1, MR * 2 * LANES);
    for (int m = 0; m < windows; m += MR) {
      FusedProducts.product(from, to, cells, offsets, first, base, m, panel, partial);
      addSums(partial, MR, acc, at + m * stride, stride);
    }
  }

  /** Runs of neighbouring cells, one for each row of a window. */
  private void runs(
      int from,
      int to,
      int[] cells,
      int[] offsets,
      int first,
      int[] base,
      int windows,
      float[] panel,
      int[] acc,
      int at,
      int stride) {
    float[] partial = Scratch.floats(1, windows * 2 * LANES);
    int end;
    for (int t = from; t < to; t = end) {
      end = ShortRows.runEnd(offsets, first, t, to);
      FusedRows.product(
          t,
          end,
          offsets[first + t] - t,
          cells,
          base,
          windows,
          panel,
          0,
          partial,
          0,
          2 * LANES,
          LANES);
      addSums(partial, windows, acc, at, stride);
    }
  }

  private void addSums(float[] partial, int rows, int[] acc, int at, int stride) {
    if (fields == 1) {
      add(partial, rows, acc, at, stride);
    } else {
      addFields(partial, rows, acc, at, stride);
    }
  }

  /** One vector of every step of a panel. */
  private void expand(
      byte[] codes, int at, int steps, int[] zero, int zeroAt, float[] panel, int to) {
    IntVector low = IntVector.fromArray(I, zero, zeroAt);
    IntVector high = IntVector.fromArray(I, zero, zeroAt + (fields - 1) * LANES);
    for (int t = 0; t < steps; t++) {
      int from = at + t * 2 * fields * LANES;
      IntVector w =
          ((IntVector)
                  ByteVector.fromArray(BYTES, codes, from).convertShape(VectorOperators.B2I, I, 0))
              .sub(low);
      if (fields == 2) {
        w =
            w.add(
                ((IntVector)
                        ByteVector.fromArray(BYTES, codes, from + LANES)
                            .convertShape(VectorOperators.B2I, I, 0))
                    .sub(high)
                    .lanewise(VectorOperators.LSHL, FIELD));
      }
      ((FloatVector) w.convert(VectorOperators.I2F, 0)).intoArray(panel, to + t * 2 * LANES);
    }
  }

  /** acc += both fields of every lane. */
  private static void addFields(float[] partial, int rows, int[] acc, int at, int stride) {
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < 2; v++) {
        int to = at + row * stride + v * 2 * LANES;
        IntVector sum =
            FloatVector.fromArray(F, partial, (row * 2 + v) * LANES)
                .reinterpretAsInts()
                .sub(START_BITS);
        IntVector low =
            sum.lanewise(VectorOperators.LSHL, 32 - FIELD)
                .lanewise(VectorOperators.ASHR, 32 - FIELD);
        low.add(IntVector.fromArray(I, acc, to)).intoArray(acc, to);
        sum.sub(low)
            .lanewise(VectorOperators.ASHR, FIELD)
            .add(IntVector.fromArray(I, acc, to + LANES))
            .intoArray(acc, to + LANES);
      }
    }
  }

  /** acc += every lane. */
  private static void add(float[] partial, int rows, int[] acc, int at, int stride) {
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < 2 * LANES; v += LANES) {
        int to = at + row * stride + v;
        FloatVector.fromArray(F, partial, row * 2 * LANES + v)
            .reinterpretAsInts()
            .sub(START_BITS)
            .add(IntVector.fromArray(I, acc, to))
            .intoArray(acc, to);
      }
    }
  }
}
