package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * The 3x3 windows of {@link DepthwiseCodes} of stride 2 or few channels, row by row.
 *
 * <pre>
 * r = -za * (sum of q - zq) + sum of u * (q - zq)        modulo 2^16, of which r needs no more
 * ring [3][columns][channels]: rows of codes as they are, padded with the code of zero
 * panel of a block of channels: nine taps and what the sums start from, [10][lanes]
 * </pre>
 *
 * <p>Codes are widened where they are multiplied, so that nothing but bytes is copied.
 */
final class DepthwiseRows {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final int LANES = S.length();
  private static final int TAPS = 9;
  private static final int PANEL = (TAPS + 1) * LANES;

  /** Pixels of a strip at most. */
  private static final int PIXELS = 1024;

  /** Tasks that keep all threads busy to the end of a layer. */
  private static final int ENOUGH_TASKS = 8;

  private final DepthwiseCodes codes;
  private final StripPlan plan;
  private final Conv2dShape shape;
  private final Activations x;
  private final int blocks;

  DepthwiseRows(DepthwiseCodes codes, StripPlan plan, Activations x) {
    this.codes = codes;
    this.plan = plan;
    this.shape = plan.shape();
    this.x = x;
    this.blocks = (shape.ic() + LANES - 1) / LANES;
  }

  static boolean suits(Conv2dShape s) {
    return s.kh() == 3 && s.kw() == 3 && s.dilationH() == 1 && s.dilationW() == 1;
  }

  /** Only pixels are shared out: a row of codes is copied for all channels at once. */
  static StripPlan plan(Conv2dShape s) {
    int pixels = s.n() * s.outH() * s.outW() / ENOUGH_TASKS;
    return StripPlan.of(s, 1, Math.clamp(pixels, Math.clamp(s.outW(), 1, PIXELS), PIXELS));
  }

  void run(Workers workers) {
    short[] panels = Scratch.shorts(3, blocks * PANEL);
    for (int b = 0; b < blocks; b++) {
      loadPanel(b, panels);
    }
    workers.run(plan.tasks(), task -> strip(plan.strip(task), panels));
  }

  /** Nine TAPS of a block of channels, and behind them what the sums start from. */
  private void loadPanel(int block, short[] panels) {
    int channel = block * LANES;
    int size = Math.min(LANES, shape.ic() - channel);
    codes.loadWeights(channel, size, panels, block * PANEL);
    for (int c = 0; c < LANES; c++) {
      int sum = 0;
      for (int tap = 0; tap < TAPS; tap++) {
        sum += panels[block * PANEL + tap * LANES + c];
      }
      panels[block * PANEL + TAPS * LANES + c] = (short) (-x.zero() * sum);
    }
  }

  /**
   * Row by row: three rows of codes lie padded in a ring, all channels of them; codes are widened
   * when they are multiplied. Sums may wrap on the way, because the corrected ones fit.
   */
  private void strip(StripPlan.Strip strip, short[] panels) {
    int ic = shape.ic();
    int across = strip.q1() - strip.q0();
    int columns = (across - 1) * shape.strideW() + 3;
    int stride = columns * ic;
    byte[] ring = Scratch.bytes(0, 3 * stride + LANES);
    short[] sums = Scratch.shorts(2, across * LANES);
    int y0 = strip.p0() * shape.strideH() - shape.padTop();
    int loaded = y0;
    for (int p = strip.p0(); p < strip.p1(); p++) {
      int y = p * shape.strideH() - shape.padTop();
      for (loaded = Math.max(loaded, y); loaded < y + 3; loaded++) {
        copyRow(strip, loaded, columns, ring, (loaded - y0) % 3 * stride);
      }
      int pixel = (strip.n() * shape.outH() + p) * shape.outW() + strip.q0();
      for (int b = 0; b < blocks; b++) {
        int channel = b * LANES;
        windows(
            ring,
            (y - y0) % 3 * stride + channel,
            (y - y0 + 1) % 3 * stride + channel,
            (y - y0 + 2) % 3 * stride + channel,
            across,
            shape.strideW() * ic,
            ic,
            panels,
            b * PANEL,
            sums);
        codes.finish(sums, 0, 1, across, across, channel, pixel);
      }
    }
  }

  /** Copies a row of codes, all channels; outside the image the code of zero. */
  private void copyRow(StripPlan.Strip strip, int row, int columns, byte[] ring, int to) {
    int ic = shape.ic();
    byte zero = (byte) x.zero();
    if (row < 0 || row >= shape.h()) {
      Arrays.fill(ring, to, to + columns * ic, zero);
      return;
    }
    int x0 = strip.q0() * shape.strideW() - shape.padLeft();
    int left = Math.clamp(-x0, 0, columns);
    int right = Math.clamp(shape.w() - x0, left, columns);
    int from = x.offset() + ((strip.n() * shape.h() + row) * shape.w() + x0 + left) * ic;
    Arrays.fill(ring, to, to + left * ic, zero);
    System.arraycopy(x.data(), from, ring, to + left * ic, (right - left) * ic);
    Arrays.fill(ring, to + right * ic, to + columns * ic, zero);
  }

  /** A row of windows of one block of channels. */
  private static void windows(
      byte[] codes,
      int r0,
      int r1,
      int r2,
      int count,
      int step,
      int ic,
      short[] panels,
      int at,
      short[] sums) {
    ShortVector w00 = ShortVector.fromArray(S, panels, at);
    ShortVector w01 = ShortVector.fromArray(S, panels, at + LANES);
    ShortVector w02 = ShortVector.fromArray(S, panels, at + 2 * LANES);
    ShortVector w10 = ShortVector.fromArray(S, panels, at + 3 * LANES);
    ShortVector w11 = ShortVector.fromArray(S, panels, at + 4 * LANES);
    ShortVector w12 = ShortVector.fromArray(S, panels, at + 5 * LANES);
    ShortVector w20 = ShortVector.fromArray(S, panels, at + 6 * LANES);
    ShortVector w21 = ShortVector.fromArray(S, panels, at + 7 * LANES);
    ShortVector w22 = ShortVector.fromArray(S, panels, at + 8 * LANES);
    ShortVector start = ShortVector.fromArray(S, panels, at + 9 * LANES);
    for (int i = 0; i < count; i++, r0 += step, r1 += step, r2 += step) {
      ShortVector u00 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r0)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u01 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r0 + ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u02 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r0 + 2 * ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector c0 = u00.mul(w00).add(start).add(u01.mul(w01)).add(u02.mul(w02));
      ShortVector u10 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r1)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u11 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r1 + ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u12 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r1 + 2 * ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector c1 = u10.mul(w10).add(u11.mul(w11)).add(u12.mul(w12));
      ShortVector u20 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r2)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u21 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r2 + ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector u22 =
          (ShortVector)
              ByteVector.fromArray(BYTES, codes, r2 + 2 * ic)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector c2 = u20.mul(w20).add(u21.mul(w21)).add(u22.mul(w22));
      c0.add(c1).add(c2).intoArray(sums, i * LANES);
    }
  }
}
