package org.intraq.tensor.kernel.conv2d;

import jdk.incubator.vector.FloatVector;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.batchnorm.AffineReluRows;
import org.intraq.tensor.parallel.Workers;

/**
 * A {@link ConvPrologue} ready to run: what belongs to a channel is laid out once, because a pass
 * asks for a few rows of an image at a time, so few that they stay in the first-level cache.
 */
final class ProloguePixels {
  /** Elements of a task, about. */
  private static final int TASK = 1 << 15;

  private static final int SLOT_SCALES = 16;
  private static final int SLOT_SHIFTS = 17;
  private static final int SLOT_OFFSETS = 18;
  private static final int SLOT_SLOPES = 19;

  private final ConvPrologue p;
  private final int channels;
  private final int repeat;
  private final float[] scales;
  private final float[] shifts;
  private final float[] offsets;
  private final float[] slopes;

  ProloguePixels(int channels, ConvPrologue prologue) {
    p = prologue;
    this.channels = channels;
    repeat = ChannelTiling.repeat(channels, FloatVector.SPECIES_PREFERRED.length());
    scales = wide(SLOT_SCALES, p.scale(), p.scaleAt());
    shifts = wide(SLOT_SHIFTS, p.shift(), p.shiftAt());
    offsets = wide(SLOT_OFFSETS, p.c0(), p.c0At());
    slopes = wide(SLOT_SLOPES, p.c1(), p.c1At());
  }

  private float[] wide(int slot, float[] values, int at) {
    if (values == null) {
      return null;
    }
    float[] wide = Scratch.floats(slot, repeat * channels);
    ChannelTiling.repeat(values, at, channels, repeat, wide);
    return wide;
  }

  /** dz of all {@code pixels}, shared out. */
  void runAll(Workers workers, int pixels, float[] dy, int dyAt, float[] dz) {
    int share = (TASK / (repeat * channels) + 1) * repeat;
    workers.run(
        (pixels + share - 1) / share,
        task -> {
          int from = task * share;
          run(from, Math.min(share, pixels - from), dy, dyAt, dz, from * channels);
        });
  }

  /** dz of {@code count} pixels from {@code pixel} on, counted over all images. */
  void run(int pixel, int count, float[] dy, int dyAt, float[] dz, int dzAt) {
    int wideRows = count / repeat;
    int width = repeat * channels;
    int first = pixel * channels;
    for (int i = 0; i < wideRows; i++) {
      row(width, first + i * width, dy, dyAt, dz, dzAt + i * width);
    }
    for (int i = wideRows * repeat; i < count; i++) {
      row(channels, first + i * channels, dy, dyAt, dz, dzAt + i * channels);
    }
  }

  private void row(int columns, int at, float[] dy, int dyAt, float[] dz, int to) {
    float[] z = p.z();
    int zAt = p.zAt() + at;
    int dr = p.dResidualAt() + at;
    if (shifts != null) {
      AffineReluRows.recomputedRow(
          columns, dy, dyAt + at, p.cap(), z, zAt, scales, shifts, offsets, slopes, dz, to);
    } else if (p.y() == null) {
      AffineReluRows.openRow(
          columns, dy, dyAt + at, z, zAt, scales, offsets, slopes, dz, to, p.dResidual(), dr);
    } else {
      AffineReluRows.backwardRow(
          columns,
          dy,
          dyAt + at,
          p.y(),
          p.yAt() + at,
          p.cap(),
          z,
          zAt,
          scales,
          offsets,
          slopes,
          dz,
          to,
          p.dResidual(),
          dr);
    }
  }
}
