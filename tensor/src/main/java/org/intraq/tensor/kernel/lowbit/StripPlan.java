package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * How the output of a convolution is cut into tasks: rectangles of pixels, and parts of the columns
 * where there are few rectangles. Depends on the shape alone.
 *
 * @param shape geometry, a pointwise one flattened to a single row
 * @param rows output rows of a rectangle
 * @param columns output columns of a rectangle
 * @param parts parts of the blocks of output channels
 * @param blocks blocks of output channels, over all groups
 */
record StripPlan(Conv2dShape shape, int rows, int columns, int parts, int blocks) {
  /** Pixels that a rectangle aims at: its cells and sums stay within the second-level cache. */
  private static final int PIXELS = 192;

  /** Fewer tasks than this leave cores idle at the end of a layer. */
  private static final int ENOUGH_TASKS = 8;

  static StripPlan of(Conv2dShape given, int blocks) {
    return of(given, blocks, PIXELS);
  }

  /** A plan of rectangles of about {@code pixels} pixels. */
  static StripPlan of(Conv2dShape given, int blocks, int pixels) {
    Conv2dShape shape = flatten(given);
    int columns = even(shape.outW(), pixels);
    int rows = even(shape.outH(), Math.max(1, pixels / Math.max(columns, 1)));
    int rectangles = shape.n() * ceil(shape.outH(), rows) * ceil(shape.outW(), columns);
    int parts =
        rectangles >= ENOUGH_TASKS
            ? 1
            : Math.clamp(ENOUGH_TASKS / Math.max(rectangles, 1), 1, Math.max(1, blocks / 2));
    return new StripPlan(shape, rows, columns, parts, blocks);
  }

  int tasks() {
    return shape.n() * ceil(shape.outH(), rows) * ceil(shape.outW(), columns) * parts;
  }

  /** Rectangles of pixels. */
  int rectangles() {
    return tasks() / parts;
  }

  /** The same rectangles, in at most so many parts. */
  StripPlan inParts(int most) {
    return new StripPlan(shape, rows, columns, Math.clamp(most, 1, parts), blocks);
  }

  /** The rectangle and part of one task. */
  Strip strip(int task) {
    int across = ceil(shape.outW(), columns);
    int down = ceil(shape.outH(), rows);
    int part = task % parts;
    int rectangle = task / parts;
    int p = rectangle / across % down * rows;
    int q = rectangle % across * columns;
    return new Strip(
        rectangle / across / down,
        p,
        Math.min(shape.outH(), p + rows),
        q,
        Math.min(shape.outW(), q + columns),
        (int) ((long) blocks * part / parts),
        (int) ((long) blocks * (part + 1) / parts));
  }

  /** Output rows p0 to p1 - 1, columns q0 to q1 - 1 of image n; blocks b0 to b1 - 1. */
  record Strip(int n, int p0, int p1, int q0, int q1, int b0, int b1) {
    int pixels() {
      return (p1 - p0) * (q1 - q0);
    }
  }

  /** A pointwise convolution has no neighbours: all pixels of all images form one row. */
  private static Conv2dShape flatten(Conv2dShape s) {
    boolean pads = s.padTop() + s.padLeft() + s.padBottom() + s.padRight() > 0;
    if (s.kh() > 1 || s.kw() > 1 || s.strideH() > 1 || s.strideW() > 1 || pads) {
      return s;
    }
    int pixels = s.n() * s.h() * s.w();
    return new Conv2dShape(1, 1, pixels, s.ic(), s.oc(), 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, s.groups());
  }

  /** The extent of near-equal pieces of at most {@code limit}. */
  private static int even(int extent, int limit) {
    return extent == 0 ? 1 : ceil(extent, ceil(extent, limit));
  }

  private static int ceil(int a, int b) {
    return (a + b - 1) / b;
  }
}
