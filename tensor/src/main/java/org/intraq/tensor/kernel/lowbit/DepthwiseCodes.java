package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * Depthwise convolution from codes to codes whose corrected sums fit into 16 bits, the usual case
 * of up to 6 bits.
 *
 * <pre>
 * r = sum over the window of (u - za) * (q - zq[o]),  |r| &lt;= KH * KW * max|u - za| * max|q - zq| &lt; 2^15
 * </pre>
 *
 * <p>Both zero points are subtracted before the products, when a vector of codes is widened anyway,
 * so that there is nothing to correct behind them and padding is 0. Lanes run along channels, four
 * windows share a weight vector ({@link DepthwiseStride1} and {@link DepthwiseRows} have the 3x3
 * ones), and the output stage takes a row of pixels with its numbers in registers. A larger window,
 * residual or float result goes to {@link DepthwiseFloats}.
 *
 * <pre>
 * packed input of a strip and a block of channels: [rows][columns][lanes], 16 bits
 * weights of the block: [KH * KW][lanes]      sums of a row: [columns][lanes]
 * </pre>
 */
final class DepthwiseCodes {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;

  /** As many bytes; widened in place, because a method that gave a vector may not be inlined. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  private static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 2)));
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, I.vectorBitSize() / 4)));
  private static final int LANES = S.length();
  private static final int WINDOWS = 4;

  /** Pixels of a strip: enough rows that the overlap of neighbouring strips costs little. */
  private static final int PIXELS = 1024;

  private static final float ROUND = 0x1.8p23f;
  private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

  private final Activations x;
  private final DepthwiseWeights weights;
  private final OutputStage stage;
  private final Destination y;
  private final StripPlan plan;
  private final Conv2dShape shape;
  private final int taps;

  /** Whether all that happens to y can be done with its code. */
  private final boolean finite;

  private final CodeSteps steps;

  DepthwiseCodes(
      Conv2dShape given, Activations x, DepthwiseWeights weights, OutputStageSimd.Stored sink) {
    this.x = x;
    this.weights = weights;
    this.stage = sink.stage;
    this.y = sink.y;
    this.plan =
        DepthwiseRows.suits(given) && !DepthwiseStride1.suits(given)
            ? DepthwiseRows.plan(given)
            : StripPlan.of(given, (given.ic() + LANES - 1) / LANES, PIXELS);
    this.shape = plan.shape();
    this.taps = shape.kh() * shape.kw();
    this.finite = stage.isFinite();
    // A stage made for another zero point may have steps for fewer sums.
    boolean within =
        stage.steps != null && weights.largest(x.zero(), stage.weightZero) <= stage.steps.reach;
    this.steps = within ? stage.steps : null;
  }

  /** Whether this kernel computes a case exactly. */
  static boolean suits(Activations x, DepthwiseWeights w, OutputStageSimd.Stored sink) {
    return B.length() == I.length()
        && !x.packed()
        && sink.residual.isNone()
        && sink.stage.quantizer != null
        && w.largest(x.zero(), sink.stage.weightZero) <= Short.MAX_VALUE;
  }

  /** Codes of one tap of some channels. */
  void unpackTap(int tap, int channel, int size, byte[] taps, int to) {
    BitPacking.unpackSigned(
        weights.codes, 0, tap * shape.ic() + channel, size, weights.bits().weight(), taps, to);
  }

  /** Zero points of the weights of some channels. */
  void narrowZeros(int channel, int size, short[] zeros) {
    for (int c = 0; c < size; c++) {
      zeros[c] = (short) stage.weightZero[channel + c];
    }
  }

  void run(Workers workers) {
    if (DepthwiseStride1.suits(shape)) {
      new DepthwiseStride1(this, plan, x).run(workers);
    } else if (DepthwiseRows.suits(shape)) {
      new DepthwiseRows(this, plan, x).run(workers);
    } else {
      workers.run(plan.tasks(), task -> strip(plan.strip(task)));
    }
  }

  /**
   * The output stage of a block of channels for rows of pixels.
   *
   * @param sums [rows][pitch][lanes] from {@code from} on, of which {@code across} a row are stored
   */
  void finish(short[] sums, int from, int rows, int pitch, int across, int channel, int pixel) {
    if (steps != null && shape.ic() - channel >= LANES && steps.has(channel)) {
      int to = y.offset() + pixel * shape.oc() + channel;
      int row = shape.outW() * shape.oc();
      steps.store(sums, from, rows, pitch, across, channel, y.codes(), to, row, shape.oc());
      return;
    }
    for (int i = 0; i < rows; i++) {
      finish(sums, from + i * pitch * LANES, across, channel, pixel + i * shape.outW());
    }
  }

  private void finish(short[] sums, int from, int across, int channel, int pixel) {
    int to = y.offset() + pixel * shape.oc() + channel;
    int size = Math.min(LANES, shape.ic() - channel);
    for (int half = 0; half < size; half += I.length()) {
      if (finite && size - half >= I.length()) {
        storeCodes(sums, from + half, across, channel + half, to + half);
      } else {
        store(sums, from + half, across, size - half, channel + half, to + half);
      }
    }
  }

  private void strip(StripPlan.Strip strip) {
    int columns =
        (strip.q1() - strip.q0() - 1) * shape.strideW() + (shape.kw() - 1) * shape.dilationW() + 1;
    int rows =
        (strip.p1() - strip.p0() - 1) * shape.strideH() + (shape.kh() - 1) * shape.dilationH() + 1;
    int across = strip.q1() - strip.q0();
    short[] panel = Scratch.shorts(0, taps * LANES);
    short[] input = Scratch.shorts(1, rows * columns * LANES);
    short[] sums = Scratch.shorts(2, (across + WINDOWS) * LANES);
    int[] offsets = Scratch.ints(1, taps);
    for (int tap = 0; tap < taps; tap++) {
      int r = tap / shape.kw() * shape.dilationH();
      offsets[tap] = (r * columns + tap % shape.kw() * shape.dilationW()) * LANES;
    }
    int step = shape.strideW() * LANES;
    for (int b = strip.b0(); b < strip.b1(); b++) {
      int channel = b * LANES;
      int size = Math.min(LANES, shape.ic() - channel);
      loadWeights(channel, size, panel, 0);
      for (int i = 0; i < rows; i++) {
        loadRow(strip, i, columns, channel, size, input);
      }
      for (int p = strip.p0(); p < strip.p1(); p++) {
        int row = (p - strip.p0()) * shape.strideH() * columns * LANES;
        for (int q = 0; q < across; q += WINDOWS) {
          int last = across - 1 - q;
          windows(
              taps,
              input,
              row + q * step,
              Math.min(last, 1) * step,
              Math.min(last, 2) * step,
              Math.min(last, 3) * step,
              offsets,
              panel,
              sums,
              q * LANES);
        }
        int pixel = (strip.n() * shape.outH() + p) * shape.outW() + strip.q0();
        finish(sums, 0, 1, across, across, channel, pixel);
      }
    }
  }

  /** Taps of a block of channels, minus their zero points. */
  void loadWeights(int channel, int size, short[] panel, int to) {
    byte[] codes = Scratch.bytes(0, LANES);
    Arrays.fill(panel, to, to + taps * LANES, (short) 0);
    for (int tap = 0; tap < taps; tap++) {
      unpackTap(tap, channel, size, codes, 0);
      for (int c = 0; c < size; c++) {
        panel[to + tap * LANES + c] = (short) (codes[c] - stage.weightZero[channel + c]);
      }
    }
  }

  /** Widens a row of codes, minus the zero point; padding is 0. */
  private void loadRow(
      StripPlan.Strip strip, int row, int columns, int channel, int size, short[] input) {
    int at = strip.p0() * shape.strideH() - shape.padTop() + row;
    int x0 = strip.q0() * shape.strideW() - shape.padLeft();
    int to = row * columns * LANES;
    if (at < 0 || at >= shape.h()) {
      Arrays.fill(input, to, to + columns * LANES, (short) 0);
      return;
    }
    int left = Math.clamp(-x0, 0, columns);
    int right = Math.clamp(shape.w() - x0, left, columns);
    Arrays.fill(input, to, to + left * LANES, (short) 0);
    Arrays.fill(input, to + right * LANES, to + columns * LANES, (short) 0);
    int from =
        x.offset() + ((strip.n() * shape.h() + at) * shape.w() + x0 + left) * shape.ic() + channel;
    int count = right - left;
    // Lanes beyond the last channel hold other channels, whose weights are 0; not beyond the array.
    int whole = Math.clamp(((long) x.data().length - from - LANES) / shape.ic() + 1, 0, count);
    if (from + LANES > x.data().length) {
      whole = 0;
    }
    widen(x.data(), from, shape.ic(), whole, (short) x.zero(), input, to + left * LANES);
    for (int i = whole; i < count; i++) {
      byte[] copy = Scratch.bytes(0, LANES);
      System.arraycopy(x.data(), from + i * shape.ic(), copy, 0, size);
      widen(copy, 0, 0, 1, (short) x.zero(), input, to + (left + i) * LANES);
    }
  }

  private static void widen(
      byte[] codes, int from, int stride, int count, short zero, short[] input, int to) {
    for (int i = 0; i < count; i++) {
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, from + i * stride)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0))
          .sub(zero)
          .intoArray(input, to + i * LANES);
    }
  }

  /** Four neighbouring windows of a row; beyond the last one it is computed again. */
  private static void windows(
      int taps,
      short[] input,
      int a0,
      int d1,
      int d2,
      int d3,
      int[] offsets,
      short[] w,
      short[] sums,
      int to) {
    ShortVector c0 = ShortVector.zero(S);
    ShortVector c1 = ShortVector.zero(S);
    ShortVector c2 = ShortVector.zero(S);
    ShortVector c3 = ShortVector.zero(S);
    for (int t = 0; t < taps; t++) {
      int o = a0 + offsets[t];
      ShortVector tap = ShortVector.fromArray(S, w, t * LANES);
      c0 = ShortVector.fromArray(S, input, o).mul(tap).lanewise(ADD, c0);
      c1 = ShortVector.fromArray(S, input, o + d1).mul(tap).lanewise(ADD, c1);
      c2 = ShortVector.fromArray(S, input, o + d2).mul(tap).lanewise(ADD, c2);
      c3 = ShortVector.fromArray(S, input, o + d3).mul(tap).lanewise(ADD, c3);
    }
    c0.intoArray(sums, to);
    c1.intoArray(sums, to + LANES);
    c2.intoArray(sums, to + 2 * LANES);
    c3.intoArray(sums, to + 3 * LANES);
  }

  /** {@link #store} of full vectors, the activation behind the quantizer. */
  private void storeCodes(short[] sums, int at, int pixels, int channel, int to) {
    CodeQuantizer quantizer = stage.quantizer;
    int zeroth = ROUND_BITS - (1 << (quantizer.bits() - 1));
    FloatVector m = FloatVector.broadcast(F, quantizer.m());
    FloatVector z = FloatVector.broadcast(F, quantizer.z());
    IntVector first = IntVector.broadcast(I, zeroth + stage.firstCode());
    IntVector last = IntVector.broadcast(I, zeroth + stage.lastCode());
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, channel);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, channel);
    byte[] codes = y.codes();
    int oc = shape.oc();
    for (int i = 0; i < pixels; i++, to += oc) {
      IntVector sum =
          (IntVector)
              ShortVector.fromArray(HALF, sums, i * LANES + at)
                  .convertShape(VectorOperators.S2I, I, 0);
      FloatVector value =
          ((FloatVector) sum.convert(VectorOperators.I2F, 0)).lanewise(FMA, multiplier, offset);
      IntVector code = value.mul(m).sub(z).add(ROUND).reinterpretAsInts();
      ((ByteVector) code.max(first).min(last).sub(zeroth).convertShape(VectorOperators.I2B, B, 0))
          .intoArray(codes, to);
    }
  }

  /** The output stage of half a vector of channels for a row of pixels. */
  private void store(short[] sums, int at, int pixels, int live, int channel, int to) {
    CodeQuantizer quantizer = stage.quantizer;
    int half = 1 << (quantizer.bits() - 1);
    FloatVector m = FloatVector.broadcast(F, quantizer.m());
    FloatVector z = FloatVector.broadcast(F, quantizer.z());
    FloatVector lowest = FloatVector.broadcast(F, -half);
    FloatVector highest = FloatVector.broadcast(F, half - 1f);
    FloatVector cap =
        FloatVector.broadcast(F, stage.activation ? stage.cap : Float.POSITIVE_INFINITY);
    FloatVector floor = FloatVector.broadcast(F, stage.activation ? 0f : Float.NEGATIVE_INFINITY);
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, channel);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, channel);
    VectorMask<Byte> mask = B.indexInRange(0, Math.min(live, I.length()));
    boolean full = live >= I.length();
    byte[] codes = y.codes();
    int oc = shape.oc();
    for (int i = 0; i < pixels; i++, to += oc) {
      IntVector sum =
          (IntVector)
              ShortVector.fromArray(HALF, sums, i * LANES + at)
                  .convertShape(VectorOperators.S2I, I, 0);
      FloatVector value =
          ((FloatVector) sum.convert(VectorOperators.I2F, 0)).lanewise(FMA, multiplier, offset);
      value = value.blend(floor, value.compare(VectorOperators.LT, floor));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      FloatVector shifted = value.mul(m).sub(z);
      shifted = shifted.blend(highest, shifted.compare(VectorOperators.GT, highest));
      shifted = lowest.blend(shifted, shifted.compare(VectorOperators.GE, lowest));
      IntVector bits = shifted.add(ROUND).reinterpretAsInts().sub(ROUND_BITS - half);
      ByteVector code = (ByteVector) bits.convertShape(VectorOperators.I2B, B, 0);
      if (full) {
        code.intoArray(codes, to);
      } else {
        code.intoArray(codes, to, mask);
      }
    }
  }
}
