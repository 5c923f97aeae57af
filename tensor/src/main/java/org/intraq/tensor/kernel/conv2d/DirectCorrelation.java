package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * Runs a {@link CorrelationPass} as an implicit matrix product: rows are output pixels, columns are
 * output channels, K runs over taps and input channels.
 *
 * <pre>
 * for each image and strip of output rows      (a task)
 *   for each group: copy the input rows under the strip, padded
 *     for each panel of output channels
 *       for each output row, for each tile of pixels: one register tile over the whole of K
 * </pre>
 */
final class DirectCorrelation {
  private static final int SLOT_STRIP = 4;
  private static final int SLOT_TILE = 5;

  private DirectCorrelation() {}

  /**
   * Computes the pass with weights packed by {@link Conv2dPacking}; with {@code add} its results
   * are added to what {@code out} holds.
   */
  static void run(
      Workers workers,
      CorrelationPass pass,
      InputRows in,
      float[] packed,
      boolean add,
      float[] out,
      int outOffset,
      OutputRows after) {
    if (pass.images() == 0 || pass.rows().grid() == 0 || pass.columns().grid() == 0) {
      return;
    }
    if (pass.taps() == 0) {
      clear(workers, pass, add, out, outOffset, after);
      return;
    }
    Strip strip = Strip.plan(pass);
    int[] segments = strip.segments();
    int largeRows = GemmTile.largeRows(pass.columns().grid());
    workers.run(
        pass.images() * strip.perImage(),
        task -> {
          int n = task / strip.perImage();
          int first = task % strip.perImage() * strip.rows();
          int count = Math.min(strip.rows(), pass.rows().grid() - first);
          int from = Math.max(0, pass.rows().inputIndex(first, 0));
          int to = Math.min(pass.rows().inExtent(), pass.rows().inputEnd(first, count));
          float[] rows = in.load(n, from, to);
          int origin = in.origin(n, from);
          float[] buffer = Scratch.floats(SLOT_STRIP, strip.size());
          for (int g = 0; g < pass.groups(); g++) {
            strip.fill(rows, origin, n, g, first, count, buffer);
            group(
                strip,
                segments,
                largeRows,
                n,
                g,
                first,
                count,
                buffer,
                packed,
                add,
                out,
                outOffset);
          }
          after.done(n, first, count);
        });
  }

  private static void group(
      Strip strip,
      int[] segments,
      int largeRows,
      int n,
      int g,
      int first,
      int count,
      float[] buffer,
      float[] packed,
      boolean add,
      float[] out,
      int outOffset) {
    CorrelationPass pass = strip.pass();
    int panels = Conv2dPacking.panels(pass);
    int rowStep = pass.rows().storedStride() * strip.rowSize();
    for (int panel = 0; panel < panels; ) {
      int together = GemmTile.together(panel, pass.outChannels());
      int channel = panel * GemmTile.COLUMNS;
      int bAt = (g * panels + panel) * Conv2dPacking.panelSize(pass);
      for (int i = 0; i < count; i++) {
        int outAt = outOffset + pass.outAt(n, first + i, 0, g) + channel;
        row(
            strip,
            segments,
            largeRows,
            buffer,
            i * rowStep,
            packed,
            bAt,
            together,
            channel,
            add,
            out,
            outAt);
      }
      panel += together;
    }
  }

  /** One output row, one panel of channels or a few together. */
  private static void row(
      Strip strip,
      int[] segments,
      int largeRows,
      float[] buffer,
      int aAt,
      float[] packed,
      int bAt,
      int panels,
      int channel,
      boolean add,
      float[] out,
      int outAt) {
    CorrelationPass pass = strip.pass();
    int columns = Math.min(panels * GemmTile.COLUMNS, pass.outChannels() - channel);
    int ldc = pass.columns().outStep() * pass.outPixel();
    int width = pass.columns().grid();
    for (int j = 0, valid; j < width; j += valid) {
      valid = Math.min(j < largeRows ? GemmTile.ROWS : GemmTile.SMALL_ROWS, width - j);
      boolean whole =
          !add && valid == GemmTile.tileRows(valid) && columns == panels * GemmTile.COLUMNS;
      float[] c =
          whole ? out : Scratch.floats(SLOT_TILE, GemmTile.ROWS * panels * GemmTile.COLUMNS);
      int cAt = whole ? outAt + j * ldc : 0;
      int ldTile = whole ? ldc : panels * GemmTile.COLUMNS;
      int from = aAt + j * strip.pixelStep();
      tile(strip, segments, panels, valid, buffer, from, packed, bAt, c, cAt, ldTile);
      if (add) {
        GemmTile.add(valid, columns, c, 0, ldTile, out, outAt + j * ldc, ldc);
      } else if (!whole) {
        GemmTile.copy(valid, columns, c, 0, ldTile, out, outAt + j * ldc, ldc);
      }
    }
  }

  private static void tile(
      Strip strip,
      int[] segments,
      int panels,
      int rows,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] c,
      int cAt,
      int ldc) {
    int depth = strip.pass().depth();
    int length = strip.segmentLength();
    int bStep = GemmTile.COLUMNS;
    int bPanel = Conv2dPacking.panelSize(strip.pass());
    if (strip.blocked()) {
      GemmBlockTile.run(
          panels, rows, segments, length, depth, a, aAt, 1, b, bAt, bStep, bPanel, c, cAt, ldc);
    } else {
      GemmTile.run(
          panels,
          rows,
          segments,
          length,
          depth,
          a,
          aAt,
          strip.termStep(),
          b,
          bAt,
          bStep,
          bPanel,
          c,
          cAt,
          ldc);
    }
  }

  private static void clear(
      Workers workers, CorrelationPass pass, boolean add, float[] out, int outOffset, OutputRows after) {
    workers.run(
        pass.images(),
        n -> {
          for (int i = 0; !add && i < pass.rows().grid(); i++) {
            for (int j = 0; j < pass.columns().grid(); j++) {
              int at = outOffset + pass.outAt(n, i, j, 0);
              Arrays.fill(out, at, at + pass.outPixel(), 0);
            }
          }
          after.done(n, 0, pass.rows().grid());
        });
  }
}
