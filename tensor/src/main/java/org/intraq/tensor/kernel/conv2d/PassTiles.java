package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Strip.Layout;
import org.intraq.tensor.kernel.gemm.GemmBlockRows;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmColourRows;
import org.intraq.tensor.kernel.gemm.GemmTile;

/** The register tiles of one {@link CorrelationPass} over a filled {@link Strip}. */
final class PassTiles {
  private static final int SLOT_TILE = 5;

  private final CorrelationPass pass;
  private final Strip strip;
  private final float[] packed;
  private final int packedAt;
  private final boolean add;
  private final float[] out;
  private final int outOffset;
  private final int[] segments;
  private final int width;
  private final int largeRows;
  private final int ldc;

  /**
   * Tiles of a pass.
   *
   * @param strip that of the pass itself, or of one that covers it
   * @param packed its weights from {@code packedAt} on
   * @param add whether results are added to what {@code out} holds
   */
  PassTiles(
      CorrelationPass pass,
      Strip strip,
      float[] packed,
      int packedAt,
      boolean add,
      float[] out,
      int outOffset) {
    this.pass = pass;
    this.strip = strip;
    this.packed = packed;
    this.packedAt = packedAt;
    this.add = add;
    this.out = out;
    this.outOffset = outOffset;
    segments = strip.segments(pass);
    width = pass.columns().grid();
    largeRows = GemmTile.largeRows(width);
    ldc = pass.columns().outStep() * pass.outPixel();
  }

  /**
   * Group g of grid rows {@code first} .. {@code first + count - 1}, as far as the pass has them.
   */
  void run(int n, int g, int first, int count, float[] buffer) {
    run(n, g, first, count, 0, Conv2dPacking.panels(pass), buffer);
  }

  /** Panels [from, to) of it, where {@code from} is a multiple of {@link GemmTile#PANELS}. */
  void run(int n, int g, int first, int count, int from, int to, float[] buffer) {
    int rows = Math.min(count, pass.rows().grid() - first);
    if (pass.taps() == 0) {
      clear(n, g, first, rows);
      return;
    }
    int panels = Conv2dPacking.panels(pass);
    int rowStep = strip.pass().rows().storedStride() * strip.rowSize();
    for (int panel = from, together; panel < to; panel += together) {
      together = GemmTile.together(panel, pass.outChannels());
      int channel = panel * GemmTile.COLUMNS;
      int b = packedAt + (g * panels + panel) * Conv2dPacking.panelSize(pass);
      for (int i = 0; i < rows; i++) {
        int at = outOffset + pass.outAt(n, first + i, 0, g) + channel;
        row(buffer, i * rowStep, b, together, channel, at);
      }
    }
  }

  /** One output row, one panel of channels or a few together. */
  private void row(float[] a, int aAt, int bAt, int panels, int channel, int outAt) {
    int columns = Math.min(panels * GemmTile.COLUMNS, pass.outChannels() - channel);
    if (strip.layout() == Layout.COLOURS && !add && GemmColourRows.fits(width, columns)) {
      int stride = pass.columns().stride();
      GemmColourRows.run(
          width, columns, stride, segments, pass.depth(), a, aAt, packed, bAt, out, outAt, ldc);
      return;
    }
    boolean full = !add && columns == panels * GemmTile.COLUMNS;
    boolean even = Math.max(0, width - largeRows) % GemmTile.SMALL_ROWS == 0 && largeRows <= width;
    if (full && even && panels == 1 && strip.layout() == Layout.BLOCKS && GemmBlockRows.suits()) {
      int step = GemmTile.COLUMNS;
      GemmBlockRows.run(
          width, largeRows, segments, pass.depth(), a, aAt, 1, packed, bAt, step, out, outAt, ldc);
      return;
    }
    for (int j = 0, valid; j < width; j += valid) {
      valid = Math.min(j < largeRows ? GemmTile.ROWS : GemmTile.SMALL_ROWS, width - j);
      int from = aAt + j * strip.pixelStep();
      int to = outAt + j * ldc;
      if (full && valid == GemmTile.tileRows(valid)) {
        tile(panels, valid, a, from, bAt, out, to, ldc);
        continue;
      }
      int step = panels * GemmTile.COLUMNS;
      float[] c = Scratch.floats(SLOT_TILE, GemmTile.ROWS * step);
      tile(panels, valid, a, from, bAt, c, 0, step);
      if (add) {
        GemmTile.add(valid, columns, c, 0, step, out, to, ldc);
      } else {
        GemmTile.copy(valid, columns, c, 0, step, out, to, ldc);
      }
    }
  }

  private void tile(
      int panels, int rows, float[] a, int aAt, int bAt, float[] c, int cAt, int ldTile) {
    int depth = pass.depth();
    int length = strip.segmentLength();
    int step = GemmTile.COLUMNS;
    int panel = Conv2dPacking.panelSize(pass);
    if (strip.layout() == Layout.COLOURS) {
      int stride = pass.columns().stride();
      GemmColourRows.tile(rows, stride, segments, depth, a, aAt, packed, bAt, c, cAt, ldTile);
    } else if (strip.layout() == Layout.BLOCKS) {
      GemmBlockTile.run(
          panels, rows, segments, length, depth, a, aAt, 1, packed, bAt, step, panel, c, cAt,
          ldTile);
    } else {
      int aStep = strip.termStep();
      GemmTile.run(
          panels, rows, segments, length, depth, a, aAt, aStep, packed, bAt, step, panel, c, cAt,
          ldTile);
    }
  }

  /** Zeros where no tap reaches. */
  private void clear(int n, int g, int first, int rows) {
    for (int i = 0; !add && i < rows; i++) {
      for (int j = 0; j < width; j++) {
        int at = outOffset + pass.outAt(n, first + i, j, g);
        Arrays.fill(out, at, at + pass.outChannels(), 0);
      }
    }
  }
}
