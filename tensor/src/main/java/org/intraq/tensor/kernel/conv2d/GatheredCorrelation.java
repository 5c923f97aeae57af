package org.intraq.tensor.kernel.conv2d;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link DirectCorrelation} by {@link GatheredTiles}: the same tasks, images' strips of rows, but
 * no strip is copied. The sums are the same bits.
 */
final class GatheredCorrelation {
  private final Strip strip;
  private final List<GatheredTiles> passes;
  private final List<PassTiles> empty;

  /**
   * A correlation.
   *
   * @param strip the plan of the pass, or of one that covers all
   * @param empty passes that nothing reaches
   */
  GatheredCorrelation(Strip strip, List<GatheredTiles> passes, List<PassTiles> empty) {
    this.strip = strip;
    this.passes = passes;
    this.empty = empty;
  }

  /** The phases of an adjoint, whose weights follow one another. */
  static GatheredCorrelation ofPhases(
      Strip strip, PhasedAdjoint phases, float[] packed, boolean add, float[] out, int outOffset) {
    List<GatheredTiles> passes = new ArrayList<>();
    List<PassTiles> empty = new ArrayList<>();
    int at = 0;
    for (CorrelationPass pass : phases.passes()) {
      if (pass.taps() == 0) {
        empty.add(new PassTiles(pass, strip, packed, at, add, out, outOffset));
      } else {
        passes.add(new GatheredTiles(pass, packed, at, add, out, outOffset));
      }
      at += Conv2dPacking.size(pass);
    }
    return new GatheredCorrelation(strip, passes, empty);
  }

  void run(Workers workers, InputRows in, OutputRows after) {
    CorrelationPass all = strip.pass();
    boolean alone = passes.size() == 1 && empty.isEmpty();
    if (alone && in.inMemory() && !after.allChannels() && strip.shared()) {
      shareOut(workers, in, after);
      return;
    }
    workers.run(
        all.images() * strip.perImage(),
        task -> {
          int n = task / strip.perImage();
          int first = task % strip.perImage() * strip.rows();
          int count = Math.min(strip.rows(), all.rows().grid() - first);
          rows(in, n, first, count);
          after.done(n, first, count, 0, all.outChannels());
        });
  }

  private void rows(InputRows in, int n, int first, int count) {
    AxisPass axis = strip.pass().rows();
    if (strip.pass().taps() > 0) {
      int from = Math.clamp(axis.inputIndex(first, 0), 0, axis.inExtent());
      int to = Math.clamp(axis.inputEnd(first, count), from, axis.inExtent());
      float[] rows = in.load(n, from, to);
      for (GatheredTiles pass : passes) {
        pass.run(n, first, count, rows, in.origin(n, from));
      }
    }
    for (PassTiles pass : empty) {
      pass.run(n, 0, first, count, null);
    }
  }

  /** Few images and many weights: all threads copy windows, then each takes some channels. */
  private void shareOut(Workers workers, InputRows in, OutputRows after) {
    CorrelationPass all = strip.pass();
    GatheredTiles pass = passes.getFirst();
    int panels = Conv2dPacking.panels(all);
    int parts = Math.min(panels, Strip.TASKS);
    float[] x = in.load(0, 0, all.rows().inExtent());
    for (int index = 0; index < all.images() * strip.perImage(); index++) {
      int n = index / strip.perImage();
      int first = index % strip.perImage() * strip.rows();
      int count = Math.min(strip.rows(), all.rows().grid() - first);
      int pixels = pass.pixels(first, count);
      int tiles = Math.ceilDiv(pixels, GemmTile.ROWS);
      float[] a = Scratch.floats(DirectCorrelation.SLOT_SHARED, tiles * pass.size());
      int copies = Math.min(tiles, DirectCorrelation.COPY_TASKS);
      workers.run(
          copies,
          task -> {
            int from = task * tiles / copies;
            int to = (task + 1) * tiles / copies;
            pass.gather(n, first, pixels, from, to, x, in.origin(n, 0), a, from * pass.size());
          });
      workers.run(
          parts,
          part -> {
            int from = part * panels / parts;
            int to = (part + 1) * panels / parts;
            pass.multiply(n, first, pixels, 0, tiles, a, from, to);
            int channel = from * GemmTile.COLUMNS;
            int end = Math.min(to * GemmTile.COLUMNS, all.outChannels());
            after.done(n, first, count, channel, end - channel);
          });
    }
  }
}
