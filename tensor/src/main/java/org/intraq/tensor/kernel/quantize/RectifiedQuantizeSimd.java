package org.intraq.tensor.kernel.quantize;

import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/** {@link RectifiedQuantize} on vectors: one pass over memory each way. */
public final class RectifiedQuantizeSimd implements RectifiedQuantize {
  /** Elements of a task, about. */
  private static final int TASK = 1 << 14;

  /** Pixels whose gradients are summed in single precision. */
  private static final int MOST_PIXELS = 1024;

  private static final int SLOT_SCALES = 16;
  private static final int SLOT_SHIFTS = 17;

  private final Workers workers;

  /** A kernel that shares its rows out among {@code workers}. */
  public RectifiedQuantizeSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float cap,
      Gate gate,
      float[] y,
      int yAt) {
    int repeat = RectifiedQuantizeRows.repeat(c);
    float[] scales = Scratch.floats(SLOT_SCALES, repeat * c);
    float[] shifts = Scratch.floats(SLOT_SHIFTS, repeat * c);
    ChannelTiling.repeat(scale, scaleAt, c, repeat, scales);
    ChannelTiling.repeat(shift, shiftAt, c, repeat, shifts);
    int share = share(c, repeat);
    workers.run(
        (m + share - 1) / share,
        task -> {
          int from = task * share;
          int count = Math.min(share, m - from);
          RectifiedQuantizeRows.forward(
              from, count, c, z, zAt, scales, shifts, r, rAt, cap, gate, y, yAt);
        });
  }

  /** Pixels of a task. */
  private static int share(int c, int repeat) {
    return (TASK / Math.max(1, repeat * c) + 1) * repeat;
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      int[] open,
      int openAt,
      float[] g,
      int gAt,
      float[] sums,
      int sumsAt) {
    int repeat = RectifiedQuantizeRows.repeat(c);
    int most = Math.max(1, MOST_PIXELS / repeat) * repeat;
    int share = Math.min(most, share(c, repeat));
    ChannelParts parts = ChannelParts.of((m + share - 1) / share, c);
    workers.run(
        parts.parts(),
        part -> {
          int from = part * share;
          int at = from * c;
          RectifiedQuantizeRows.backward(
              Math.min(share, m - from),
              c,
              dy,
              dyAt + at,
              open,
              openAt + at / Integer.SIZE,
              g,
              gAt + at,
              parts.sums(),
              parts.at(part));
        });
    parts.combine(sums, sumsAt);
  }
}
