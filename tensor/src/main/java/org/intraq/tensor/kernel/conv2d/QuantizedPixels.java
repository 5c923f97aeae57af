package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeRows;
import org.intraq.tensor.parallel.Workers;

/**
 * The epilogue of a quantized block, ready to run on pixels that a convolution has just written:
 * what belongs to a channel is laid out once.
 */
final class QuantizedPixels {
  /** Elements of a task, about. */
  private static final int TASK = 1 << 14;

  private static final int SLOT_SCALES = 16;
  private static final int SLOT_SHIFTS = 17;

  private final ConvEpilogue e;
  private final int channels;
  private final float[] scales;
  private final float[] shifts;

  QuantizedPixels(int channels, ConvEpilogue epilogue) {
    e = epilogue;
    this.channels = channels;
    int repeat = RectifiedQuantizeRows.repeat(channels);
    scales = Scratch.floats(SLOT_SCALES, repeat * channels);
    shifts = Scratch.floats(SLOT_SHIFTS, repeat * channels);
    ChannelTiling.repeat(e.scale(), e.scaleAt(), channels, repeat, scales);
    ChannelTiling.repeat(e.shift(), e.shiftAt(), channels, repeat, shifts);
  }

  /** Whether tasks of so many pixels begin with words of bits. */
  static boolean fits(int channels, int pixels) {
    return pixels * channels % Integer.SIZE == 0;
  }

  /** y and the bits of all {@code pixels}, shared out. */
  void runAll(Workers workers, int pixels, float[] z, int zAt) {
    int repeat = RectifiedQuantizeRows.repeat(channels);
    int share = (TASK / Math.max(1, repeat * channels) + 1) * repeat;
    workers.run(
        (pixels + share - 1) / share,
        task -> run(task * share, Math.min(share, pixels - task * share), z, zAt));
  }

  /** y and the bits of {@code count} pixels from {@code pixel} on, counted over all images. */
  void run(int pixel, int count, float[] z, int zAt) {
    RectifiedQuantizeRows.forward(
        pixel,
        count,
        channels,
        z,
        zAt,
        scales,
        shifts,
        e.residual(),
        e.residualAt(),
        e.cap(),
        e.quantized(),
        e.y(),
        e.yAt());
  }
}
