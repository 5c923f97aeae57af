package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeRows;
import org.intraq.tensor.parallel.Workers;

/**
 * The epilogue of a quantized block, ready to run on pixels that a convolution has just written:
 * what belongs to a channel is laid out once.
 *
 * <p>Measured with AVX2 (Zen 3, 512 KB of L2 a core, a machine with neighbours: up to 1.5 times
 * slower from run to run), one thread, batch 256, best of 16 by turns in one process, ms. Not
 * measured with AVX-512.
 *
 * <table>
 * <caption>forward; gradient of the activation and adjoint</caption>
 * <tr><th></th><th>16@32</th><th>32@16</th><th>64@8</th><th>3 to 16@32</th></tr>
 * <tr><td>forward keeping z, then the quantizer</td><td>13.8</td><td>8.6</td><td>6.4</td><td>9.4</td></tr>
 * <tr><td>in one pass</td><td>13.5</td><td>8.2</td><td>6.1</td><td>8.7</td></tr>
 * <tr><td>gradient with its sums, then the adjoint</td><td>3.4 + 10.7</td><td>1.6 + 7.1</td><td>0.8 + 5.6</td><td>2.9</td></tr>
 * <tr><td>in one pass; for 3 channels the gate alone</td><td>11.9</td><td>7.9</td><td>6.2</td><td>1.4</td></tr>
 * </table>
 *
 * <p>Both adjoints, alone one after the other and together ({@code WinogradWeightSums}), in the
 * same setting: 12.8 + 14.1 to 23.7 for 16@32 (1.13; 1.19 to 1.27 with the faster tiles that came
 * later), 10.0 + 10.7 to 20.5 for 32@16 (1.00 to 1.03), 8.8 + 10.2 to 24.8 for 64@8 (0.76, later
 * 0.66): 36 matrices of 64 by 64 sums are read and written for every 24 tiles. So it is used up to
 * 32 by 32 channels. Inside of a step, where the gate is in both, 16@32 gained 1.29 and 32@16 1.12
 * (medians of nine steps, two class loaders in one JVM). Relative difference of the two dw: 1.4e-6,
 * 1.1e-6.
 *
 * <p>Of the epilogue's 2 ms at 16@32 the division takes about 0.4 and the bits about 0.7 (left out
 * one by one, in two JVMs that differed by a fifth).
 *
 * <p>Not kept: 1x1 with stride 2 as a product over pixels copied side by side, 3.6 to 4.9 ms
 * forward and 4.8 to 7.7 back (16 to 32@32): a copy and two divisions for each pixel of 16 floats;
 * V and D of the weights' gradient at cache lines with rows of d kept (0.99 to 1.02 with 256 bits).
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
