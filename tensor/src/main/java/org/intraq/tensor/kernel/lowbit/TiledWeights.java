package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Weights in the order in which a {@link TileKernel} reads them: groups, blocks of columns, steps
 * along the window, lanes.
 */
final class TiledWeights extends PackedWeights {
  private static final int START = 10;
  private static final int ZEROS = 11;

  final TileKernel tiles;

  /** Steps of one window: KH * KW * steps of a pixel. */
  final int steps;

  /** Blocks of columns of one group; the last one is filled up with zeros. */
  final int blocks;

  /** The payload, an array of the kernel's own kind. */
  final Object codes;

  private final long sizeBytes;

  /** What was found out for the zero points of the last stage. */
  private volatile Winograd winograd;

  TiledWeights(Conv2dShape shape, CodeBits bits, byte[] w, int offset, TileKernel tiles) {
    super(shape, bits, w, offset);
    if (!tiles.supports(bits)) {
      throw new IllegalArgumentException(
          tiles.strategy() + ": expected widths whose sums fit, got " + bits);
    }
    this.tiles = tiles;
    this.steps = shape.kh() * shape.kw() * tiles.steps(shape.icPerGroup());
    int columns = tiles.columns();
    this.blocks = (shape.ocPerGroup() + columns - 1) / columns;
    this.codes = tiles.layOut(shape, bits, new Filters(shape, w, offset), steps, blocks);
    this.sizeBytes =
        switch (codes) {
          case short[] array -> 2L * array.length;
          case int[] array -> 4L * array.length;
          case byte[] array -> array.length;
          default -> throw new IllegalStateException("weights of kind " + codes.getClass());
        };
  }

  /**
   * What the sums start from, [groups * blocks * columns]; valid until the next call of this
   * thread.
   */
  int[] start() {
    int[] start = zeroed(START);
    for (int o = 0; o < outputChannels(); o++) {
      start[place(o)] = tiles.centre(bits()) * codeSum(o);
    }
    return start;
  }

  /** The zero points of a stage, block by block; valid until the next call of this thread. */
  int[] zeros(OutputStage stage) {
    int[] zeros = zeroed(ZEROS);
    for (int o = 0; o < outputChannels(); o++) {
      zeros[place(o)] = stage.weightZero[o];
    }
    return zeros;
  }

  /** What the sums of shifted weights start from: then they are the corrected sums themselves. */
  int[] start(OutputStage stage) {
    return start(stage, tiles.centre(bits()));
  }

  /** The same for sums of activation codes minus {@code centre}. */
  int[] start(OutputStage stage, int centre) {
    int[] shifted = zeroed(START);
    for (int o = 0; o < outputChannels(); o++) {
      shifted[place(o)] = stage.remainder(o, centre);
    }
    return shifted;
  }

  /** Steps of the chunks of {@link WinogradCodes} for a stage; 0 if it is not for it. */
  int winogradSteps(Conv2dShape shape, OutputStage stage) {
    if (!(tiles instanceof ShortTile) || !WinogradCodes.suits(shape)) {
      return 0;
    }
    return winograd(shape, stage).steps();
  }

  /** What {@link FloatWinograd} needs for a stage; null if it is not for it, or slower. */
  Winograd floatWinograd(Conv2dShape shape, OutputStage stage) {
    if (!FloatWinograd.suits(shape, tiles)) {
      return null;
    }
    Winograd found = winograd(shape, stage);
    return found.channels == 0 ? null : found;
  }

  private Winograd winograd(Conv2dShape shape, OutputStage stage) {
    Winograd known = winograd;
    if (known == null || known.zero != stage.weightZero) {
      int[] zero = stage.weightZero;
      int steps = WinogradCodes.chunk(bits(), shape.ic(), shape.oc(), this, zero);
      known = new Winograd(zero, steps, 0, false);
      if (ShortRows.FEW_REGISTERS && FloatWinograd.suitsWindow(shape, tiles)) {
        known = FloatWinograd.find(shape, this, zero, steps);
      }
      winograd = known;
    }
    return known;
  }

  private int[] zeroed(int slot) {
    int size = groups() * blocks * tiles.columns();
    int[] row = Scratch.ints(slot, size);
    Arrays.fill(row, 0, size, 0);
    return row;
  }

  /**
   * What Winograd's algorithm needs to know of weights.
   *
   * @param zero the zero points for which it was found out
   * @param steps a chunk of {@link WinogradCodes}, 0 if none is exact
   * @param channels a chunk of {@link FloatWinograd}, 0 if none is exact
   * @param wide whether its sums may exceed {@link FloatWinogradWeights#NARROW}
   */
  record Winograd(int[] zero, int steps, int channels, boolean wide) {}

  private int place(int o) {
    int perGroup = outputChannels() / groups();
    return o / perGroup * blocks * tiles.columns() + o % perGroup;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public String strategy() {
    return tiles.strategy();
  }

  @Override
  public String strategy(Conv2dShape shape, OutputStage stage) {
    if (!tiles.canShift(bits(), stage.reach)) {
      return strategy();
    }
    if (floatWinograd(shape, stage) != null) {
      return "Winograd in f32, exact";
    }
    return winogradSteps(shape, stage) > 0 ? "Winograd in 16 bits" : strategy();
  }

  /** Read access to weight codes by window position; 0 outside the filters. */
  record Filters(Conv2dShape shape, byte[] w, int offset) {
    /** Code of window tap r * KW + s, channel c of the group, column o of the group. */
    int code(int group, int tap, int c, int o) {
      if (c >= shape.icPerGroup() || o >= shape.ocPerGroup()) {
        return 0;
      }
      return w[
          offset + (tap * shape.icPerGroup() + c) * shape.oc() + group * shape.ocPerGroup() + o];
    }
  }
}
