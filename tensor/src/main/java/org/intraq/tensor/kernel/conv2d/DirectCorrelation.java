package org.intraq.tensor.kernel.conv2d;

import java.util.List;
import org.intraq.tensor.kernel.Scratch;
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
 *
 * <p>Several passes over the same input, the stride phases of an adjoint, share the copy.
 */
final class DirectCorrelation {
  private static final int SLOT_STRIP = 4;

  /** A strip that is shared; {@link PassTiles} and what comes after use 5 and below. */
  static final int SLOT_SHARED = 8;

  /** Tasks in which a shared strip is copied. */
  static final int COPY_TASKS = 4;

  private final Strip strip;
  private final PassTiles[] passes;

  private DirectCorrelation(Strip strip, PassTiles[] passes) {
    this.strip = strip;
    this.passes = passes;
  }

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
    Strip strip = Strip.plan(pass);
    if (GatheredTiles.suits(pass)) {
      var gathered = new GatheredTiles(pass, packed, 0, add, out, outOffset);
      new GatheredCorrelation(strip, List.of(gathered), List.of()).run(workers, in, after);
      return;
    }
    var tiles = new PassTiles(pass, strip, packed, 0, add, out, outOffset);
    var job = new DirectCorrelation(strip, new PassTiles[] {tiles});
    if (in.inMemory() && !after.allChannels() && strip.shared()) {
      job.shareOut(workers, in, after);
    } else {
      job.run(workers, in, after);
    }
  }

  /** Runs the phases of {@link PhasedAdjoint}, whose weights follow one another. */
  static void runPhases(
      Workers workers,
      PhasedAdjoint phases,
      InputRows in,
      float[] packed,
      boolean add,
      float[] out,
      int outOffset) {
    CorrelationPass cover = phases.cover();
    if (cover.images() == 0 || cover.rows().grid() == 0 || cover.columns().grid() == 0) {
      return;
    }
    Strip strip = Strip.plan(cover, Strip.TARGET);
    if (GatheredTiles.suits(cover)) {
      GatheredCorrelation.ofPhases(strip, phases, packed, add, out, outOffset)
          .run(workers, in, OutputRows.IGNORE);
      return;
    }
    PassTiles[] passes = new PassTiles[phases.passes().size()];
    int at = 0;
    for (int i = 0; i < passes.length; i++) {
      CorrelationPass pass = phases.passes().get(i);
      passes[i] = new PassTiles(pass, strip, packed, at, add, out, outOffset);
      at += Conv2dPacking.size(pass);
    }
    new DirectCorrelation(strip, passes).run(workers, in, OutputRows.IGNORE);
  }

  private void run(Workers workers, InputRows in, OutputRows after) {
    CorrelationPass all = strip.pass();
    workers.run(
        all.images() * strip.perImage(),
        task -> {
          int first = task % strip.perImage() * strip.rows();
          int count = Math.min(strip.rows(), all.rows().grid() - first);
          strip(in, task / strip.perImage(), first, count);
          after.done(task / strip.perImage(), first, count, 0, all.outChannels() * all.groups());
        });
  }

  /** Strips one after another: all threads copy its rows, then each takes some of the channels. */
  private void shareOut(Workers workers, InputRows in, OutputRows after) {
    CorrelationPass all = strip.pass();
    int pairs = Math.ceilDiv(Conv2dPacking.panels(all), GemmTile.PANELS);
    int parts = Math.min(pairs, Strip.TASKS);
    float[] x = in.load(0, 0, all.rows().inExtent());
    float[] buffer = Scratch.floats(SLOT_SHARED, strip.size());
    for (int index = 0; index < all.images() * strip.perImage(); index++) {
      int n = index / strip.perImage();
      int first = index % strip.perImage() * strip.rows();
      int count = Math.min(strip.rows(), all.rows().grid() - first);
      int stored = strip.stored(count);
      workers.run(
          COPY_TASKS,
          task -> {
            int from = task * stored / COPY_TASKS;
            int to = (task + 1) * stored / COPY_TASKS;
            strip.fill(x, in.origin(n, 0), n, 0, first, from, to, buffer);
          });
      workers.run(
          parts,
          part -> {
            int from = part * pairs / parts * GemmTile.PANELS;
            int to = (part + 1) * pairs / parts * GemmTile.PANELS;
            to = Math.min(to, Conv2dPacking.panels(all));
            passes[0].run(n, 0, first, count, from, to, buffer);
            int channel = from * GemmTile.COLUMNS;
            int end = Math.min(to * GemmTile.COLUMNS, all.outChannels());
            after.done(n, first, count, channel, end - channel);
          });
    }
  }

  private void strip(InputRows in, int n, int first, int count) {
    CorrelationPass all = strip.pass();
    AxisPass axis = all.rows();
    int from = Math.clamp(axis.inputIndex(first, 0), 0, axis.inExtent());
    int to = Math.clamp(axis.inputEnd(first, count), from, axis.inExtent());
    boolean reads = all.taps() > 0;
    float[] rows = reads ? in.load(n, from, to) : null;
    float[] buffer = Scratch.floats(SLOT_STRIP, reads ? strip.size() : 0);
    for (int g = 0; g < all.groups(); g++) {
      if (reads) {
        strip.fill(rows, in.origin(n, from), n, g, first, 0, strip.stored(count), buffer);
      }
      for (PassTiles pass : passes) {
        pass.run(n, g, first, count, buffer);
      }
    }
  }
}
