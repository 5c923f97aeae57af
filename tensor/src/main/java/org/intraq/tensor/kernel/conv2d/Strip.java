package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The input rows under a few output rows, copied channel by channel with their padding, so that the
 * inner kernel meets no borders and finds the samples of neighbouring pixels side by side.
 *
 * <pre>
 * strip[row][channel][column phase][column / stride]     pitch = phases * columns per phase
 * </pre>
 *
 * With a column stride of S the columns are dealt out to S phases, because neighbouring output
 * pixels read every S-th column.
 */
record Strip(CorrelationPass pass, int rows, int phases, int phasePitch, int pitch) {
  /** Floats that a strip should not exceed: a quarter of a common L2 cache of 1 MiB. */
  private static final int TARGET = 1 << 16;

  /** Chooses the number of output rows so that the copied input stays in the L2 cache. */
  static Strip plan(CorrelationPass pass) {
    AxisPass columns = pass.columns();
    int phases = columns.storedStride();
    int span = columns.compact() ? 0 : (columns.taps() - 1) * columns.step();
    // A tile at the right border reads as many columns as it has rows.
    int phasePitch = columns.grid() + GemmTile.ROWS + span / phases + 1;
    int pitch = phases * phasePitch;
    int rows = pass.rows().grid();
    while (rows > 1 && (long) pass.rows().stored(rows) * pass.inChannels() * pitch > TARGET) {
      rows = (rows + 1) / 2;
    }
    return new Strip(pass, rows, phases, phasePitch, pitch);
  }

  /** Strips of one image. */
  int perImage() {
    return (pass.rows().grid() + rows - 1) / rows;
  }

  /** Floats of the buffer. */
  int size() {
    return pass.rows().stored(rows) * rowSize();
  }

  /** Floats of one stored input row. */
  int rowSize() {
    return pass.inChannels() * pitch;
  }

  /** The jumps of {@link GemmTile}'s segments, one for each tap: from tap (0, 0) to tap (k, l). */
  int[] segments() {
    AxisPass columns = pass.columns();
    int[] jumps = new int[pass.taps()];
    for (int i = 0; i < jumps.length; i++) {
      int down = i / columns.taps() * pass.rows().step();
      int right = i % columns.taps() * columns.step();
      jumps[i] = down * rowSize() + right % phases * phasePitch + right / phases;
    }
    return jumps;
  }

  /** Copies what grid rows {@code first} .. {@code first + count - 1} of image n, group g read. */
  void fill(float[] in, int inOffset, int n, int g, int first, int count, float[] buffer) {
    AxisPass axis = pass.rows();
    int stored = axis.stored(count);
    for (int l = 0; l < stored; l++) {
      int row = axis.inputIndex(first, l);
      int at = l * rowSize();
      if (row < 0 || row >= axis.inExtent()) {
        Arrays.fill(buffer, at, at + rowSize(), 0);
        continue;
      }
      int width = pass.columns().inExtent();
      int inAt = inOffset + (n * axis.inExtent() + row) * width * pass.inPixel();
      for (int phase = 0; phase < phases; phase++) {
        fillPhase(in, inAt + g * pass.inChannels(), phase, buffer, at + phase * phasePitch);
      }
    }
  }

  /** Copies every stride-th pixel of one row, from column {@code phase + origin} on. */
  private void fillPhase(float[] in, int inAt, int phase, float[] buffer, int at) {
    AxisPass columns = pass.columns();
    int start = columns.origin() + phase;
    int step = columns.stride();
    int from = Math.clamp(start >= 0 ? 0 : (-start + step - 1) / step, 0, phasePitch);
    int room = columns.inExtent() - start;
    int to = Math.clamp(room <= 0 ? 0 : (room + step - 1) / step, from, phasePitch);
    int channels = pass.inChannels();
    int source = inAt + (start + from * step) * pass.inPixel();
    int c = 0;
    for (; c + 3 < channels; c += 4) {
      int target = at + c * pitch;
      for (int i = 0; i < 4; i++) {
        clearMargins(buffer, target + i * pitch, from, to);
      }
      copy4(in, source + c, step * pass.inPixel(), to - from, buffer, target + from, pitch);
    }
    for (; c < channels; c++) {
      int target = at + c * pitch;
      clearMargins(buffer, target, from, to);
      copy1(in, source + c, step * pass.inPixel(), to - from, buffer, target + from);
    }
  }

  private void clearMargins(float[] buffer, int at, int from, int to) {
    for (int i = 0; i < from; i++) {
      buffer[at + i] = 0;
    }
    for (int i = to; i < phasePitch; i++) {
      buffer[at + i] = 0;
    }
  }

  private static void copy1(float[] in, int inAt, int step, int count, float[] out, int at) {
    for (int i = 0; i < count; i++) {
      out[at + i] = in[inAt + i * step];
    }
  }

  private static void copy4(
      float[] in, int inAt, int step, int count, float[] out, int at, int pitch) {
    int at1 = at + pitch;
    int at2 = at1 + pitch;
    int at3 = at2 + pitch;
    int source = inAt;
    for (int i = 0; i < count; i++) {
      out[at + i] = in[source];
      out[at1 + i] = in[source + 1];
      out[at2 + i] = in[source + 2];
      out[at3 + i] = in[source + 3];
      source += step;
    }
  }
}
