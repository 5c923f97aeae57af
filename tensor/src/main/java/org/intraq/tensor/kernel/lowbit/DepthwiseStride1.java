package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * The 3x3 windows of stride 1 of {@link DepthwiseCodes}, a vector of channels at a time.
 *
 * <pre>
 * r = -za * (sum of q - zq) + sum of u * (q - zq)        modulo 2^16, of which r needs no more
 * rows [rows][pitch][lanes]: codes in 16 bits, padded with the code of zero
 * panel: nine taps and what the sums start from, [10][lanes]
 *
 *   . o o o o o .      pitch = columns of the image + 1: the padding at the end of a row is that at
 *   . o o o o o .      the beginning of the next, so windows go on from row to row
 * </pre>
 *
 * <p>Each code is widened once. One loop takes several rows of windows where they are short; the
 * few windows across the end of a row that it computes as well are not stored.
 */
final class DepthwiseStride1 {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final int LANES = S.length();
  private static final int TAPS = 9;
  private static final int SIDE = 3;

  /** Rows of codes that neighbouring rows of windows share. */
  private static final int KEPT = SIDE - 1;

  private static final int PANEL = (TAPS + 1) * LANES;

  /** Windows that a call takes where one row has less. */
  private static final int WINDOWS = 64;

  /** Pixels that are widened: 20 KB, which stay in the first cache. */
  private static final int WIDE = 10_240 / LANES;

  /** Vectors of channels beside one another: half a line of the cache at 256 bits. */
  private static final int GROUP = 2;

  private final DepthwiseCodes codes;
  private final StripPlan plan;
  private final Conv2dShape shape;
  private final Activations x;

  DepthwiseStride1(DepthwiseCodes codes, StripPlan plan, Activations x) {
    this.codes = codes;
    this.plan = plan;
    this.shape = plan.shape();
    this.x = x;
  }

  static boolean suits(Conv2dShape s) {
    return DepthwiseRows.suits(s) && s.strideH() == 1 && s.strideW() == 1 && s.ic() >= LANES;
  }

  void run(Workers workers) {
    workers.run(plan.tasks(), task -> new Task(plan.strip(task)).run());
  }

  /**
   * One strip: some vectors of channels beside one another, so that their bytes of a line are read
   * and written together, and some rows of windows after one another.
   */
  private final class Task {
    private final StripPlan.Strip strip;
    private final int x0;
    private final int y0;
    private final int across;
    private final int down;
    private final int pitch;

    /** Rows of windows that a call takes. */
    private final int height;

    private final int wideRows;

    /** Distance of neighbouring vectors of channels. */
    private final int wideSize;

    private final int group;
    private final short[] wide;
    private final short[] panels;
    private final short[] sums;

    Task(StripPlan.Strip strip) {
      this.strip = strip;
      across = strip.q1() - strip.q0();
      down = strip.p1() - strip.p0();
      x0 = strip.q0() - shape.padLeft();
      y0 = strip.p0() - shape.padTop();
      boolean shared = x0 < 0 && x0 + across + KEPT > shape.w();
      pitch = across + KEPT - (shared ? 1 : 0);
      height = Math.clamp(WINDOWS / pitch, 1, down);
      int rows = WIDE / pitch;
      group = Math.clamp(rows / (height + KEPT), 1, Math.min(GROUP, strip.b1() - strip.b0()));
      wideRows = Math.clamp(rows / group, height + KEPT, down + KEPT);
      wideSize = (wideRows * pitch + SIDE) * LANES;
      wide = Scratch.shorts(1, group * wideSize);
      panels = Scratch.shorts(0, GROUP * PANEL);
      sums = Scratch.shorts(2, (height * pitch + KEPT) * LANES);
    }

    void run() {
      for (int b = strip.b0(); b < strip.b1(); b += group) {
        int size = Math.min(group, strip.b1() - b);
        loadPanels(b, size);
        int base = 0;
        int loaded = 0;
        for (int p = 0; p < down; p += height) {
          int count = Math.min(height, down - p);
          if (p + count + KEPT - base > wideRows) {
            slide(size, p - base);
            base = p;
          }
          int needed = p + count + KEPT;
          for (int g = 0; g < size; g++) {
            int at = g * wideSize;
            int channel = channel(b + g);
            for (int row = loaded; row < needed; row++) {
              loadRow(y0 + row, channel, at + (row - base) * pitch * LANES);
            }
            windows(
                wide,
                at + (p - base) * pitch * LANES,
                pitch * LANES,
                count * pitch + KEPT,
                panels,
                g * PANEL,
                sums);
            int pixel = (strip.n() * shape.outH() + strip.p0() + p) * shape.outW() + strip.q0();
            codes.finish(sums, KEPT * LANES, count, pitch, across, channel, pixel);
          }
          loaded = needed;
        }
      }
    }

    /** The last vector of channels overlaps its neighbour. */
    private int channel(int block) {
      return Math.min(block * LANES, shape.ic() - LANES);
    }

    /** Moves the rows that are needed again to the front. */
    private void slide(int size, int from) {
      int length = KEPT * pitch * LANES;
      for (int g = 0; g < size; g++) {
        System.arraycopy(wide, g * wideSize + from * pitch * LANES, wide, g * wideSize, length);
      }
    }

    /** Nine taps of vectors of channels, and behind them what the sums start from. */
    private void loadPanels(int block, int size) {
      int first = channel(block);
      int channels = channel(block + size - 1) + LANES - first;
      byte[] taps = Scratch.bytes(0, TAPS * channels);
      for (int tap = 0; tap < TAPS; tap++) {
        codes.unpackTap(tap, first, channels, taps, tap * channels);
      }
      short[] zeros = Scratch.shorts(3, channels);
      codes.narrowZeros(first, channels, zeros);
      for (int g = 0; g < size; g++) {
        int c = channel(block + g);
        panel(taps, c - first, channels, zeros, c - first, (short) -x.zero(), panels, g * PANEL);
      }
    }

    /** Widens row {@code y} of the image, with its padding. */
    private void loadRow(int y, int channel, int to) {
      int size = across + KEPT;
      short zero = (short) x.zero();
      if (y < 0 || y >= shape.h()) {
        fill(to, size, zero);
        return;
      }
      int left = Math.clamp(-x0, 0, size);
      int right = Math.clamp(shape.w() - x0, left, size);
      fill(to, left, zero);
      fill(to + right * LANES, size - right, zero);
      int pixel = (strip.n() * shape.h() + y) * shape.w() + x0 + left;
      int from = x.offset() + pixel * shape.ic() + channel;
      widen(x.data(), from, shape.ic(), right - left, wide, to + left * LANES);
    }

    private void fill(int to, int size, short zero) {
      for (int i = 0; i < size; i++) {
        ShortVector.broadcast(S, zero).intoArray(wide, to + i * LANES);
      }
    }
  }

  private static void panel(
      byte[] taps,
      int from,
      int stride,
      short[] zeros,
      int channel,
      short factor,
      short[] panels,
      int to) {
    ShortVector zero = ShortVector.fromArray(S, zeros, channel);
    ShortVector sum = zero.sub(zero);
    for (int tap = 0; tap < TAPS; tap++) {
      ShortVector w =
          ((ShortVector)
                  ByteVector.fromArray(BYTES, taps, from + tap * stride)
                      .convertShape(VectorOperators.B2S, S, 0))
              .sub(zero);
      w.intoArray(panels, to + tap * LANES);
      sum = w.add(sum);
    }
    sum.mul(factor).intoArray(panels, to + TAPS * LANES);
  }

  private static void widen(byte[] codes, int from, int stride, int count, short[] planes, int to) {
    for (int i = 0; i < count; i++, from += stride) {
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, from)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0))
          .intoArray(planes, to + i * LANES);
    }
  }

  /**
   * A column completes the window two before it, goes on with the next and begins its own. Window i
   * goes to place i + 2 of the sums. The sums are of the codes' type, so that no column is loaded
   * before the sums of the one before are stored: four at a time do not fit into 16 registers.
   */
  private static void windows(
      short[] u, int r0, int row, int count, short[] panels, int p, short[] sums) {
    ShortVector w00 = ShortVector.fromArray(S, panels, p);
    ShortVector w01 = ShortVector.fromArray(S, panels, p + LANES);
    ShortVector w02 = ShortVector.fromArray(S, panels, p + 2 * LANES);
    ShortVector w10 = ShortVector.fromArray(S, panels, p + 3 * LANES);
    ShortVector w11 = ShortVector.fromArray(S, panels, p + 4 * LANES);
    ShortVector w12 = ShortVector.fromArray(S, panels, p + 5 * LANES);
    ShortVector w20 = ShortVector.fromArray(S, panels, p + 6 * LANES);
    ShortVector w21 = ShortVector.fromArray(S, panels, p + 7 * LANES);
    ShortVector w22 = ShortVector.fromArray(S, panels, p + 8 * LANES);
    ShortVector start = ShortVector.fromArray(S, panels, p + 9 * LANES);
    int r1 = r0 + row;
    int r2 = r1 + row;
    ShortVector one = start;
    ShortVector two = start;
    for (int i = 0; i < count; i++) {
      ShortVector u0 = ShortVector.fromArray(S, u, r0 + i * LANES);
      ShortVector u1 = ShortVector.fromArray(S, u, r1 + i * LANES);
      ShortVector u2 = ShortVector.fromArray(S, u, r2 + i * LANES);
      ShortVector done = two.add(u0.mul(w02)).add(u1.mul(w12)).add(u2.mul(w22));
      two = one.add(u0.mul(w01)).add(u1.mul(w11)).add(u2.mul(w21));
      one = start.add(u0.mul(w00)).add(u1.mul(w10)).add(u2.mul(w20));
      done.intoArray(sums, i * LANES);
    }
  }
}
