package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.ConvolutionByRows;
import org.intraq.tensor.kernel.conv2d.InputRows;
import org.intraq.tensor.kernel.conv2d.OutputRows;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link DepthwiseConv2d} with the Vector API.
 *
 * <p>Strips of target rows of an image are the tasks. With 3x3 taps, seven rows at a time are
 * walked along, one vector of channels after the other ({@link DepthwiseWalk}); rows that are left,
 * and other kernels, go row by row ({@link DepthwiseRow}, {@link DepthwiseAdjointRow}). Which rows
 * those are depends on the shape alone. The weights' gradient is in {@link DepthwiseWeights}.
 */
public final class DepthwiseConv2dSimd implements DepthwiseConv2d, ConvolutionByRows {
  /** Elements of the target a task writes, at least: less is not worth waking a thread. */
  private static final int BLOCK = 1 << 15;

  /** Where rows are read ahead, so that few are read for two tasks. */
  private static final int LARGE_BLOCK = 1 << 17;

  /** Elements that a task of some of the channels writes, at least. */
  static final int FEW = 1 << 14;

  /** Strips from which on channels are not shared out. */
  static final int STRIPS = 4;

  private static final int TURNED = 7;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public DepthwiseConv2dSimd(Workers workers) {
    this.workers = workers;
  }

  /** Writes rows [from, to) of the target of one image. */
  @FunctionalInterface
  private interface Rows {
    void run(int image, int from, int to);
  }

  /** Rows of a strip, a multiple of {@code together}; of a longer one where rows are read ahead. */
  static int stripRows(boolean ahead, int together, int rows, int rowSize) {
    int block = ahead ? LARGE_BLOCK : BLOCK;
    int wanted = Math.clamp(block / Math.max(rowSize, 1), 1, Math.max(1, rows));
    return Math.max(wanted / together, 1) * together;
  }

  private void forEachStrip(
      boolean ahead, int together, int images, int rows, int rowSize, Rows body) {
    if (images == 0 || rows == 0) {
      return;
    }
    int perTask = stripRows(ahead, together, rows, rowSize);
    int strips = (rows + perTask - 1) / perTask;
    workers.run(
        images * strips,
        task -> {
          int from = task % strips * perTask;
          body.run(task / strips, from, Math.min(rows, from + perTask));
        });
  }

  @Override
  public void forward(
      Conv2dShape shape, float[] x, int xAt, float[] w, int wAt, float[] y, int yAt) {
    forward(shape, x, xAt, w, wAt, y, yAt, OutputRows.IGNORE);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      OutputRows after) {
    forward(shape, InputRows.of(x, xAt), w, wAt, y, yAt, after);
  }

  /** y from rows of x that are asked for when they are needed. */
  public void forward(
      Conv2dShape shape, InputRows x, float[] w, int wAt, float[] y, int yAt, OutputRows after) {
    correlate(DepthwiseGeometry.of(shape), x, w, wAt, y, yAt, after);
  }

  @Override
  public int rowsTogether(Conv2dShape shape) {
    DepthwiseGeometry g = DepthwiseGeometry.of(shape);
    if (g.walks()) {
      return g.outH() < DepthwiseWalk.HEIGHT ? 1 : DepthwiseWalk.HEIGHT;
    }
    return g.walksInside() ? 0 : 1;
  }

  private void correlate(
      DepthwiseGeometry g, InputRows in, float[] w, int wAt, float[] y, int yAt, OutputRows after) {
    if (g.walks() && g.outH() >= DepthwiseWalk.HEIGHT && DepthwiseWalk.pays(g)) {
      new DepthwiseWalks(g, in, w, wAt, y, yAt, after).run(workers);
      return;
    }
    DepthwiseColumns columns = DepthwiseColumns.of(g);
    int row = g.inW() * g.c();
    int yRow = g.outW() * g.c();
    boolean ahead = in.inMemory() && ReadAhead.pays(g);
    forEachStrip(
        ahead,
        1,
        g.n(),
        g.outH(),
        yRow,
        (n, first, end) -> {
          int from = g.firstRead(first);
          int to = g.endRead(end);
          float[] x = in.load(n, from, to);
          int image = in.origin(n, from) + n * g.inH() * row;
          int next = ahead ? from : to;
          for (int p = first; p < end; p++) {
            int needed = g.endRead(p + 1);
            if (next < needed) {
              ReadAhead.row(x, image + next * row, (needed - next) * row);
              next = needed;
            }
            int at = yAt + (n * g.outH() + p) * yRow;
            DepthwiseRow.correlate(g, columns, x, image, p, w, wAt, y, at);
          }
          after.done(n, first, end - first, 0, g.c());
        });
  }

  @Override
  public void backwardInput(
      Conv2dShape s, float[] dy, int dyAt, float[] w, int wAt, float[] dx, int dxAt) {
    backwardInput(s, InputRows.of(dy, dyAt), w, wAt, dx, dxAt);
  }

  @Override
  public void backwardInput(Conv2dShape s, InputRows dy, float[] w, int wAt, float[] dx, int dxAt) {
    if (s.strideH() == 1 && s.strideW() == 1) {
      float[] turned = turned(s, w, wAt);
      correlate(DepthwiseGeometry.adjoint(s), dy, turned, 0, dx, dxAt, OutputRows.IGNORE);
      return;
    }
    adjoint(s, dy, w, wAt, dx, dxAt);
  }

  /** dx where a stride is above 1. */
  private void adjoint(Conv2dShape s, InputRows dy, float[] w, int wAt, float[] dx, int dxAt) {
    int c = s.ic();
    int reach = (s.kh() - 1) * s.dilationH();
    int height = DepthwiseWalk.HEIGHT;
    boolean walks = DepthwiseAdjointRow.walks(s);
    int together = walks ? 2 * height : 1;
    forEachStrip(
        false,
        together,
        s.n(),
        s.h(),
        s.w() * c,
        (n, first, end) -> {
          int from = Math.clamp(Math.ceilDiv(first + s.padTop() - reach, s.strideH()), 0, s.outH());
          int to = Math.clamp((end - 1 + s.padTop()) / s.strideH() + 1, from, s.outH());
          float[] rows = dy.load(n, from, to);
          int image = dy.origin(n, from) + n * s.outH() * s.outW() * c;
          for (int i = first; i < end; ) {
            int at = dxAt + (n * s.h() + i) * s.w() * c;
            if (walks && i / 2 + height <= s.outH()) {
              DepthwiseAdjointRow.walk(s, rows, image, i, w, wAt, dx, at);
              i += together;
            } else {
              DepthwiseAdjointRow.row(s, rows, image, i, w, wAt, dx, at);
              i++;
            }
          }
        });
  }

  /** The kernel turned by half a circle: tap (r, t) becomes (KH - 1 - r, KW - 1 - t). */
  private static float[] turned(Conv2dShape s, float[] w, int wAt) {
    int taps = s.kh() * s.kw();
    float[] turned = Scratch.floats(TURNED, taps * s.ic());
    for (int t = 0; t < taps; t++) {
      System.arraycopy(w, wAt + t * s.ic(), turned, (taps - 1 - t) * s.ic(), s.ic());
    }
    return turned;
  }

  @Override
  public void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float beta,
      float[] dw,
      int dwAt) {
    DepthwiseWeights.gradient(workers, shape, x, xAt, dy, dyAt, beta, dw, dwAt);
  }
}
