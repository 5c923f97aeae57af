package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * Depthwise convolution of codes: lanes run along channels, four windows share a weight vector.
 *
 * <pre>
 * packed input of a strip and one block of channels: [rows][columns][lanes] of 16 bits, each code
 * minus 2^(ka-1), padding included; weights of the block: [KH * KW][lanes]
 * </pre>
 *
 * <p>Sums stay in 16 bits for as many taps as {@link ShortTile#exactSteps} allows.
 */
final class DepthwiseSimd {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;

  /** As many bytes; widened in place, because a method that gave a vector may not be inlined. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int HALF = I.length();
  private static final int WINDOWS = 4;

  /** Windows handed to the output stage at a time. */
  private static final int ROW = 16;

  /** Sums of that many centred codes fit into 16 bits. */
  private static final int MAX_TAPS = 255;

  private final Activations x;
  private final DepthwiseWeights weights;
  private final OutputStageSimd sink;
  private final StripPlan plan;
  private final Conv2dShape shape;
  private final int taps;
  private final int centre;
  private final int chunk;

  DepthwiseSimd(Conv2dShape given, Activations x, DepthwiseWeights weights, OutputStageSimd sink) {
    this.x = x;
    this.weights = weights;
    this.sink = sink;
    this.plan = StripPlan.of(given, (given.ic() + LANES - 1) / LANES);
    this.shape = plan.shape();
    this.taps = shape.kh() * shape.kw();
    this.centre = 1 << (x.bits() - 1);
    this.chunk = Math.min(MAX_TAPS, ShortTile.exactSteps(weights.bits()));
  }

  void run(Workers workers) {
    workers.run(plan.tasks(), task -> strip(plan.strip(task)));
  }

  private void strip(StripPlan.Strip strip) {
    int columns =
        (strip.q1() - strip.q0() - 1) * shape.strideW() + (shape.kw() - 1) * shape.dilationW() + 1;
    int rows =
        (strip.p1() - strip.p0() - 1) * shape.strideH() + (shape.kh() - 1) * shape.dilationH() + 1;
    short[] panel = Scratch.shorts(0, taps * LANES);
    short[] input = Scratch.shorts(1, rows * columns * LANES);
    int[] acc = Scratch.ints(0, 2 * ROW * LANES);
    int[] start = Scratch.ints(2, LANES);
    short[] partial = Scratch.shorts(2, 2 * WINDOWS * LANES);
    int[] offsets = Scratch.ints(1, taps);
    for (int tap = 0; tap < taps; tap++) {
      int r = tap / shape.kw() * shape.dilationH();
      offsets[tap] = (r * columns + tap % shape.kw() * shape.dilationW()) * LANES;
    }
    for (int b = strip.b0(); b < strip.b1(); b++) {
      int channel = b * LANES;
      int size = Math.min(LANES, shape.ic() - channel);
      loadWeights(channel, size, panel);
      for (int c = 0; c < size; c++) {
        start[c] = centre * weights.codeSum(channel + c);
      }
      for (int i = 0; i < rows; i++) {
        loadRow(strip, i, columns, channel, size, input);
      }
      for (int p = strip.p0(); p < strip.p1(); p++) {
        for (int q = strip.q0(); q < strip.q1(); q += ROW) {
          int count = Math.min(ROW, strip.q1() - q);
          int row = (p - strip.p0()) * shape.strideH() * columns;
          int first = (row + (q - strip.q0()) * shape.strideW()) * LANES;
          for (int i = 0; i < count; i += WINDOWS) {
            windows(
                first + i * shape.strideW() * LANES,
                Math.min(WINDOWS, count - i),
                input,
                panel,
                offsets,
                start,
                partial,
                acc,
                i * LANES);
          }
          int pixel = (strip.n() * shape.outH() + p) * shape.outW() + q;
          int to = pixel * shape.oc() + channel;
          sink.take(
              OutputStageSimd.Rows.of(
                  acc,
                  0,
                  LANES,
                  count,
                  size,
                  acc,
                  ROW * LANES,
                  LANES,
                  true,
                  channel,
                  to,
                  shape.oc(),
                  to,
                  shape.oc()));
        }
      }
    }
  }

  private void loadWeights(int channel, int size, short[] panel) {
    byte[] codes = Scratch.bytes(0, LANES);
    int bits = weights.bits().weight();
    Arrays.fill(panel, 0, taps * LANES, (short) 0);
    for (int tap = 0; tap < taps; tap++) {
      BitPacking.unpackSigned(weights.codes, 0, tap * shape.ic() + channel, size, bits, codes, 0);
      for (int c = 0; c < size; c++) {
        panel[tap * LANES + c] = codes[c];
      }
    }
  }

  private void loadRow(
      StripPlan.Strip strip, int row, int columns, int channel, int size, short[] input) {
    int y = strip.p0() * shape.strideH() - shape.padTop() + row;
    int x0 = strip.q0() * shape.strideW() - shape.padLeft();
    ShortVector zero = ShortVector.broadcast(S, (short) (x.zero() - centre));
    for (int i = 0; i < columns; i++) {
      int to = (row * columns + i) * LANES;
      if (y < 0 || y >= shape.h() || x0 + i < 0 || x0 + i >= shape.w()) {
        zero.intoArray(input, to);
        continue;
      }
      int index = ((strip.n() * shape.h() + y) * shape.w() + x0 + i) * shape.ic() + channel;
      byte[] codes = x.data();
      int at = x.offset() + index;
      // Lanes beyond the last channel may hold anything: their sums are not stored.
      if (x.packed() || at + LANES > codes.length) {
        byte[] copy = Scratch.bytes(0, LANES);
        if (x.packed()) {
          BitPacking.unpackUnsigned(codes, x.offset(), index, size, x.bits(), copy, 0);
        } else {
          System.arraycopy(codes, at, copy, 0, size);
        }
        codes = copy;
        at = 0;
      }
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, at)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0))
          .sub((short) centre)
          .intoArray(input, to);
    }
  }

  /** Up to four neighbouring windows of a row, their sums to acc and their window sums behind. */
  private void windows(
      int first,
      int count,
      short[] input,
      short[] panel,
      int[] offsets,
      int[] start,
      short[] partial,
      int[] acc,
      int at) {
    int step = shape.strideW() * LANES;
    for (int j = 0; j < count; j++) {
      System.arraycopy(start, 0, acc, at + j * LANES, LANES);
    }
    int windowsAt = ROW * LANES + at;
    Arrays.fill(acc, windowsAt, windowsAt + count * LANES, centre * taps);
    for (int t = 0; t < taps; t += chunk) {
      tile(
          t,
          Math.min(taps, t + chunk),
          input,
          first,
          first + Math.min(count - 1, 1) * step,
          first + Math.min(count - 1, 2) * step,
          first + Math.min(count - 1, 3) * step,
          offsets,
          panel,
          partial);
      addWide(partial, 0, count, acc, at);
      addWide(partial, WINDOWS * LANES, count, acc, windowsAt);
    }
  }

  private static void tile(
      int from,
      int to,
      short[] input,
      int a0,
      int a1,
      int a2,
      int a3,
      int[] offsets,
      short[] w,
      short[] partial) {
    ShortVector c0 = ShortVector.zero(S);
    ShortVector c1 = ShortVector.zero(S);
    ShortVector c2 = ShortVector.zero(S);
    ShortVector c3 = ShortVector.zero(S);
    ShortVector s0 = ShortVector.zero(S);
    ShortVector s1 = ShortVector.zero(S);
    ShortVector s2 = ShortVector.zero(S);
    ShortVector s3 = ShortVector.zero(S);
    for (int t = from; t < to; t++) {
      int o = offsets[t];
      ShortVector tap = ShortVector.fromArray(S, w, t * LANES);
      ShortVector u = ShortVector.fromArray(S, input, a0 + o);
      c0 = u.mul(tap).add(c0);
      s0 = u.add(s0);
      u = ShortVector.fromArray(S, input, a1 + o);
      c1 = u.mul(tap).add(c1);
      s1 = u.add(s1);
      u = ShortVector.fromArray(S, input, a2 + o);
      c2 = u.mul(tap).add(c2);
      s2 = u.add(s2);
      u = ShortVector.fromArray(S, input, a3 + o);
      c3 = u.mul(tap).add(c3);
      s3 = u.add(s3);
    }
    c0.intoArray(partial, 0);
    c1.intoArray(partial, LANES);
    c2.intoArray(partial, 2 * LANES);
    c3.intoArray(partial, 3 * LANES);
    s0.intoArray(partial, 4 * LANES);
    s1.intoArray(partial, 5 * LANES);
    s2.intoArray(partial, 6 * LANES);
    s3.intoArray(partial, 7 * LANES);
  }

  /** acc += {@code count} vectors of 16-bit sums, in the order of their lanes. */
  private static void addWide(short[] partial, int from, int count, int[] acc, int at) {
    for (int i = 0; i < count * LANES; i += LANES) {
      ShortVector lanes = ShortVector.fromArray(S, partial, from + i);
      ((IntVector) lanes.convertShape(VectorOperators.S2I, I, 0))
          .add(IntVector.fromArray(I, acc, at + i))
          .intoArray(acc, at + i);
      ((IntVector) lanes.convertShape(VectorOperators.S2I, I, 1))
          .add(IntVector.fromArray(I, acc, at + i + HALF))
          .intoArray(acc, at + i + HALF);
    }
  }
}
