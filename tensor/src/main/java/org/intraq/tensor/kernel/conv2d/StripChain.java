package org.intraq.tensor.kernel.conv2d;

import java.util.List;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link FusedConv2d#chain} of 1x1, depthwise, 1x1 by strips of rows that stay in the L2 cache:
 * what lies between the convolutions, in MobileNetV2 six times as large as what lies before and
 * behind, is never written to memory.
 *
 * <pre>
 * x     rows lo .. hi  --1x1--&gt;  window, rows lo .. hi  --depthwise--&gt;  strip, rows a .. b  --1x1--&gt;  y rows a .. b
 *                                 rows that the next strip reads again move to the window's top
 * </pre>
 *
 * <p>A strip is an image of its own, with padding where it lies at the border, for the kernels that
 * compute layers; the results are the same bits.
 */
final class StripChain {
  /** Floats of a window and a strip together: half of a common L2 cache of 1 MiB. */
  private static final int TARGET = 1 << 17;

  // Slots of FusedConv2dSimd's way back, which no forward pass uses.
  private static final int SLOT_WINDOW = 13;
  private static final int SLOT_STRIP = 15;

  /** {@link FusedConv2dSimd}'s forward pass with weights as they are packed. */
  interface Layer {
    void forward(
        Conv2dShape shape,
        float[] x,
        int xAt,
        float[] packed,
        ConvEpilogue epilogue,
        float[] y,
        int yAt);
  }

  private final Layer layer;
  private final ConvLink expansion;
  private final ConvLink depthwise;
  private final ConvLink projection;
  private final float[][] packed; // of the three, looked up once: strips are many
  private final Conv2dShape d; // of the middle one
  private final int together;
  private final int rows;

  private StripChain(Layer layer, int together, List<ConvLink> links) {
    this.layer = layer;
    this.together = together;
    expansion = links.get(0);
    depthwise = links.get(1);
    projection = links.get(2);
    packed = links.stream().map(StripChain::packed).toArray(float[][]::new);
    d = depthwise.shape();
    rows = rows();
  }

  /** Whether the links are such a chain. */
  static boolean suits(List<ConvLink> links) {
    return links.size() == 3
        && links.get(0).shape().isPointwise()
        && links.get(1).shape().isDepthwise()
        && links.get(2).shape().isPointwise()
        && links.get(2).shape().outputSize() > 0
        && everyWindowReads(links.get(1).shape());
  }

  /** Whether no window lies in the padding above or below the image altogether. */
  private static boolean everyWindowReads(Conv2dShape s) {
    int reach = s.dilationH() * (s.kh() - 1) + 1;
    return s.padTop() < reach && s.padBottom() < reach;
  }

  /** Whether every thread gets something to do, if {@code together} rows cannot be parted. */
  static boolean suffices(int threads, int together, List<ConvLink> links) {
    Conv2dShape d = links.get(1).shape();
    return d.n() * units(d, together) >= threads;
  }

  private static int units(Conv2dShape d, int together) {
    return ceilDiv(d.outH(), together);
  }

  /**
   * Runs the chain; arguments as in {@link FusedConv2d#chain}.
   *
   * @param together as {@link ConvolutionByRows#rowsTogether} says, not 0
   */
  static void run(
      Workers workers,
      Layer layer,
      int together,
      List<ConvLink> links,
      float[] x,
      int xAt,
      float[] residual,
      int residualAt,
      float[] y,
      int yAt) {
    StripChain chain = new StripChain(layer, together, links);
    int n = chain.d.n();
    int units = units(chain.d, together);
    int parts = parts(workers.threads(), n, units);
    workers.run(
        n * parts,
        task -> {
          int part = task % parts;
          int from = part * units / parts * together;
          int to = Math.min(chain.d.outH(), (part + 1) * units / parts * together);
          chain.rows(task / parts, from, to, x, xAt, residual, residualAt, y, yAt);
        });
  }

  /** Parts of an image: one where there are images enough for all threads. */
  private static int parts(int threads, int images, int units) {
    return images % threads == 0 || images >= 2 * threads ? 1 : Math.min(threads, units);
  }

  /** Output rows of a strip: as many as fit, strips of an image about alike. */
  private int rows() {
    int in = d.w() * d.ic();
    int out = d.outW() * d.oc();
    int overlap = d.dilationH() * (d.kh() - 1) + 1 - d.strideH();
    int fitting = (TARGET - Math.max(0, overlap) * in) / (d.strideH() * in + out);
    int units = units(d, together);
    int strips = ceilDiv(units, Math.clamp(fitting / together, 1, units));
    return ceilDiv(units, strips) * together;
  }

  /** First row of the input that output row {@code row} reads, padding counted. */
  private int firstRead(int row) {
    return row * d.strideH() - d.padTop();
  }

  /** The row behind the last one that it reads. */
  private int endRead(int row) {
    return firstRead(row) + d.dilationH() * (d.kh() - 1) + 1;
  }

  /** Rows {@code from} to {@code to - 1} of y of image n. */
  private void rows(
      int n,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] residual,
      int residualAt,
      float[] y,
      int yAt) {
    Conv2dShape p = projection.shape();
    float[] strip = Scratch.floats(SLOT_STRIP, rows * d.outW() * d.oc());
    int first = 0;
    int end = 0;
    for (int a = from; a < to; a += rows) {
      int b = Math.min(to, a + rows);
      int lo = Math.clamp(firstRead(a), 0, d.h());
      int hi = Math.clamp(endRead(b - 1), lo, d.h());
      float[] window = window(first, end, lo);
      expand(n, Math.max(lo, end), hi, lo, x, xAt, window);
      first = lo;
      end = hi;
      layer.forward(
          strip(lo, hi, a, b),
          window,
          0,
          packed[1],
          depthwise.epilogue(null, 0, strip, 0),
          strip,
          0);
      int row = (n * d.outH() + a) * d.outW() * p.oc();
      ConvEpilogue epilogue = projection.epilogue(residual, residualAt + row, y, yAt + row);
      layer.forward(pixels(p, (b - a) * d.outW()), strip, 0, packed[2], epilogue, y, yAt + row);
    }
  }

  /** Room for a strip's rows from {@code lo} on; those of [first, end) move to their places. */
  private float[] window(int first, int end, int lo) {
    int width = d.w() * d.ic();
    int largest = (rows - 1) * d.strideH() + d.dilationH() * (d.kh() - 1) + 1;
    float[] window = Scratch.floats(SLOT_WINDOW, largest * width);
    if (lo < end) {
      System.arraycopy(window, (lo - first) * width, window, 0, (end - lo) * width);
    }
    return window;
  }

  /** Rows [from, to) of the expansion, into a window that begins with row {@code lo}. */
  private void expand(int n, int from, int to, int lo, float[] x, int xAt, float[] window) {
    if (from >= to) {
      return;
    }
    Conv2dShape e = expansion.shape();
    int at = (from - lo) * d.w() * d.ic();
    layer.forward(
        pixels(e, (to - from) * d.w()),
        x,
        xAt + (n * d.h() + from) * e.w() * e.ic(),
        packed[0],
        expansion.epilogue(null, 0, window, at),
        window,
        at);
  }

  /** The depthwise convolution of input rows [lo, hi) to output rows [a, b). */
  private Conv2dShape strip(int lo, int hi, int a, int b) {
    return new Conv2dShape(
        1,
        hi - lo,
        d.w(),
        d.ic(),
        d.oc(),
        d.kh(),
        d.kw(),
        d.strideH(),
        d.strideW(),
        lo - firstRead(a),
        d.padLeft(),
        endRead(b - 1) - hi,
        d.padRight(),
        d.dilationH(),
        d.dilationW(),
        d.groups());
  }

  /** So many pixels of a 1x1 convolution. */
  private static Conv2dShape pixels(Conv2dShape s, int count) {
    return Conv2dShape.of(1, 1, count, s.ic(), s.oc(), 1, 1, 0);
  }

  private static float[] packed(ConvLink link) {
    return link.weights().panels("conv2d.chain", link.shape(), false)[0];
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
