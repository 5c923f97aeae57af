package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmColourRows;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The input rows under a few output rows, copied with their padding into the order that the
 * register tiles read, so that the inner kernel meets no borders.
 *
 * <pre>
 * channels a multiple of 16, for {@link GemmBlockTile}:  strip[row][channel / 16][phase][column][16]
 * three channels, for {@link GemmColourRows}:            strip[row][column][channel]
 * other channels, for {@link GemmTile}:                  strip[row][channel][phase][column]
 *                                                        pitch = phases * columns per phase
 * </pre>
 *
 * With a column stride of S the columns are dealt out to S phases, because neighbouring output
 * pixels read every S-th column.
 */
record Strip(CorrelationPass pass, int rows, int phases, int phasePitch, Layout layout) {
  /** The order of what is copied. */
  enum Layout {
    BLOCKS,
    COLOURS,
    PLANES
  }

  /** Floats that a strip should not exceed: a quarter of a common L2 cache of 1 MiB. */
  static final int TARGET = 1 << 16;

  /** Nor one that is read by weights from beyond the L2 cache, which each strip reads again. */
  private static final int FAR_TARGET = 1 << 18;

  /** Weights that are more floats than this come from farther away. */
  private static final int NEAR_WEIGHTS = 1 << 18;

  /** Tasks wanted where there is work for them. */
  static final int TASKS = 8;

  /** Multiply-adds of a task, at least: some microseconds, so that handing it over pays. */
  private static final long TASK_WORK = 1 << 17;

  private static final int BLOCK = GemmBlockTile.BLOCK;

  /**
   * Chooses the number of output rows so that the copied input stays in the L2 cache, and that few
   * images make tasks enough.
   */
  static Strip plan(CorrelationPass pass) {
    boolean far = farWeights(pass);
    Strip strip = plan(pass, far ? FAR_TARGET : TARGET);
    int rows = strip.rows;
    if (far || rows == 0) {
      return strip;
    }
    int grid = pass.rows().grid();
    long work = (long) pass.images() * grid * pass.columns().grid() * pass.depth();
    int tasks = (int) Math.clamp(work * pass.outChannels() / TASK_WORK, 1, TASKS);
    while (rows > 1 && (long) pass.images() * Math.ceilDiv(grid, rows) < tasks) {
      rows = (rows + 1) / 2;
    }
    return new Strip(pass, rows, strip.phases, strip.phasePitch, strip.layout);
  }

  private static boolean farWeights(CorrelationPass pass) {
    return pass.groups() == 1 && pass.depth() * pass.outChannels() > NEAR_WEIGHTS;
  }

  /** Whether tasks of some output channels share a strip: with few images and far weights. */
  boolean shared() {
    return farWeights(pass) && pass.images() * perImage() < TASKS;
  }

  /** As many output rows as {@code target} floats of input lie under. */
  static Strip plan(CorrelationPass pass, int target) {
    AxisPass columns = pass.columns();
    Layout layout = layout(pass);
    int phases = layout == Layout.COLOURS ? 1 : columns.storedStride();
    int span = columns.compact() ? 0 : (columns.taps() - 1) * columns.step();
    // A tile at the right border reads as many columns as it has rows.
    int read = columns.grid() + GemmTile.ROWS;
    int apart = layout == Layout.COLOURS ? columns.stride() : 1;
    int phasePitch = read * apart + span / phases + 1;
    int pitch = phases * phasePitch;
    int rows = pass.rows().grid();
    while (rows > 1 && (long) pass.rows().stored(rows) * pass.inChannels() * pitch > target) {
      rows = (rows + 1) / 2;
    }
    return new Strip(pass, rows, phases, phasePitch, layout);
  }

  private static Layout layout(CorrelationPass pass) {
    AxisPass columns = pass.columns();
    if (pass.inChannels() == GemmColourRows.CHANNELS
        && pass.groups() == 1
        && columns.step() == 1
        && !columns.compact()
        && GemmColourRows.suits(columns.stride())) {
      return Layout.COLOURS;
    }
    return pass.inChannels() % BLOCK == 0 ? Layout.BLOCKS : Layout.PLANES;
  }

  /** Whether channels lie in blocks. */
  private boolean blocked() {
    return layout == Layout.BLOCKS;
  }

  /** Strips of one image. */
  int perImage() {
    return (pass.rows().grid() + rows - 1) / rows;
  }

  /** Floats of the buffer. */
  int size() {
    return pass.rows().stored(rows) * rowSize();
  }

  /** Columns of all phases. */
  private int pitch() {
    return phases * phasePitch;
  }

  /** Floats of one stored input row. */
  int rowSize() {
    return pass.inChannels() * pitch();
  }

  /** Terms of the sum that lie at a fixed distance: the length of the tiles' segments. */
  int segmentLength() {
    return blocked() ? BLOCK : pass.inChannels();
  }

  /** Distance of neighbouring terms within a segment. */
  int termStep() {
    return layout == Layout.PLANES ? pitch() : 1;
  }

  /** Distance of neighbouring output pixels' samples. */
  int pixelStep() {
    return switch (layout) {
      case BLOCKS -> BLOCK;
      case COLOURS -> pass.columns().stride() * GemmColourRows.CHANNELS;
      case PLANES -> 1;
    };
  }

  /**
   * The start of each of the tiles' segments: for each tap of {@code reader}, for each block of
   * channels.
   *
   * @param reader the pass itself, or one that it covers
   */
  int[] segments(CorrelationPass reader) {
    AxisPass rows = reader.rows();
    AxisPass columns = reader.columns();
    int blocks = pass.inChannels() / segmentLength();
    int[] starts = new int[reader.taps() * blocks];
    for (int i = 0; i < starts.length; i++) {
      int tap = i / blocks;
      int down = rows.origin() - pass.rows().origin() + tap / columns.taps() * rows.step();
      int right =
          columns.origin() - pass.columns().origin() + tap % columns.taps() * columns.step();
      starts[i] = down * rowSize() + columnAt(right) + i % blocks * BLOCK * pitch();
    }
    return starts;
  }

  /** Where stored column {@code index} begins in a row. */
  private int columnAt(int index) {
    return layout == Layout.COLOURS
        ? index * GemmColourRows.CHANNELS
        : (index % phases * phasePitch + index / phases) * pixelStep();
  }

  /** Stored input rows under {@code count} grid rows. */
  int stored(int count) {
    return pass.rows().stored(count);
  }

  /** Copies stored rows [from, to) of those under the grid rows from {@code first} on. */
  void fill(float[] in, int inOffset, int n, int g, int first, int from, int to, float[] buffer) {
    AxisPass axis = pass.rows();
    for (int l = from; l < to; l++) {
      int row = axis.inputIndex(first, l);
      int at = l * rowSize();
      if (row < 0 || row >= axis.inExtent()) {
        Arrays.fill(buffer, at, at + rowSize(), 0);
        continue;
      }
      int width = pass.columns().inExtent();
      int inAt = inOffset + (n * axis.inExtent() + row) * width * pass.inPixel();
      if (layout == Layout.COLOURS) {
        fillColours(in, inAt, buffer, at);
        continue;
      }
      for (int phase = 0; phase < phases; phase++) {
        int start = pass.columns().origin() + phase;
        int pixel = inAt + g * pass.inChannels() + start * pass.inPixel();
        fillPhase(in, pixel, start, buffer, at + phase * phasePitch * pixelStep());
      }
    }
  }

  /** Copies the pixels of one row as they are. */
  private void fillColours(float[] in, int inAt, float[] buffer, int at) {
    int channels = GemmColourRows.CHANNELS;
    int start = pass.columns().origin();
    int from = Math.clamp(-start, 0, phasePitch);
    int to = Math.clamp(pass.columns().inExtent() - start, from, phasePitch);
    Arrays.fill(buffer, at, at + from * channels, 0);
    int count = (to - from) * channels;
    System.arraycopy(in, inAt + (start + from) * channels, buffer, at + from * channels, count);
    Arrays.fill(buffer, at + to * channels, at + phasePitch * channels, 0);
  }

  /** Copies every stride-th pixel of one row, from column {@code start} on. */
  private void fillPhase(float[] in, int inAt, int start, float[] buffer, int at) {
    AxisPass columns = pass.columns();
    int step = columns.stride();
    int from = Math.clamp(start >= 0 ? 0 : (-start + step - 1) / step, 0, phasePitch);
    int room = columns.inExtent() - start;
    int to = Math.clamp(room <= 0 ? 0 : (room + step - 1) / step, from, phasePitch);
    int inStep = step * pass.inPixel();
    int source = inAt + from * inStep;
    int channels = pass.inChannels();
    for (int c = 0; c < channels; c += blocked() ? BLOCK : 1) {
      int target = at + c * pitch();
      Arrays.fill(buffer, target, target + from * pixelStep(), 0);
      Arrays.fill(buffer, target + to * pixelStep(), target + phasePitch * pixelStep(), 0);
      if (blocked()) {
        BlockCopy.copy(in, source + c, inStep, to - from, buffer, target + from * BLOCK);
      } else {
        copy(in, source + c, inStep, to - from, buffer, target + from);
      }
    }
  }

  private static void copy(float[] in, int inAt, int step, int count, float[] out, int at) {
    for (int i = 0; i < count; i++) {
      out[at + i] = in[inAt + i * step];
    }
  }
}
