package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmPanels;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * The gradient of an input of few channels, as an image has: three of sixteen columns of a register
 * tile would be in use if the channels were its columns. So the columns are the window's instead,
 * and each pixel of dx is then summed from the windows that hold it.
 *
 * <pre>
 * for each image                                       (a task)
 *   for each few rows of dy
 *     G[q][r, s, c] = dy[q][o] * w[r, s, c][o]          a matrix product; (r, s, c) padded to panels
 *     for each row of dx that is complete, for each q:  as many pixels as the stride has, from
 *       dx[q * stride ..] = sum over r, j of G[q - j][r][j * stride ..]       side by side in G
 * </pre>
 *
 * <p>The products' rows are a ring: those that the next rows of dx read again stay where they are.
 *
 * <p>Before, every row of a window was padded to panels by itself (48 columns for 27, 224 for 147)
 * and added to an image in memory, windows that do not overlap first. One thread, AMD Zen 3 (AVX2,
 * noisy), ms by turns in one process, medians of both and of their ratio; what is left is the
 * product (two thirds of 7x7, less than half of 3x3) and these sums (a sixth, a third):
 *
 * <table>
 * <caption>before, after</caption>
 * <tr><th>256 of 32x32, 3x3: 3 from 16</th><th>16 of 224x224/2, 3x3: 3 from 32</th><th>7x7: 3 from 64</th></tr>
 * <tr><td>19.4, 11.5: 1.68</td><td>21.2, 18.0: 1.18</td><td>103, 79: 1.26</td></tr>
 * </table>
 *
 * <p>Not kept: {@code VectorMask} for the last part of a window (7x7: 0.85 of before), and sums in
 * memory that are added to window by window, three rows of windows in a pass (3x3/2 a little
 * faster, 3x3 0.6 and 7x7 0.75 as fast in this part, by samples). With 512-bit vectors not
 * measured.
 */
final class FewChannelsGradient {
  /** Three or four floats are a pixel; wider vectors would hold little else. */
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_128;

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128;
  private static final int LANES = SPECIES.length();
  private static final int MOST_CHANNELS = 4;

  /** Floats of G that are made before they are added up: a quarter of a common L2 cache. */
  private static final int TARGET = 1 << 16;

  private static final int SLOT_PRODUCTS = 6;
  private static final int SLOT_ROW = 7;

  private final Conv2dShape s;

  /** Columns of G. */
  private final int width;

  /** Rows of dy in a step, and in the ring. */
  private final int rows;

  private final int slots;

  /** Floats of the pixels that a window is away from its neighbour, and windows that overlap. */
  private final int chunk;

  private final int overlap;

  /** Floats of a chunk that the last of them reaches. */
  private final int rest;

  /** Ones in its place for a float that the last window reaches. A vector would be an object. */
  private final int[] lanes;

  private final float[] products;

  /** Where the terms of a row of dx begin in G: whole chunks from the front, parts at the end. */
  private final int[] terms;

  /** How many windows back each of them is. */
  private final int[] back;

  private FewChannelsGradient(Conv2dShape shape) {
    s = shape;
    width = columns(shape);
    rows = Math.clamp(TARGET / Math.max(1, s.outW() * width), 1, s.outH());
    int halo = (s.kh() - 1) * s.dilationH() / s.strideH();
    slots = rows * (1 + Math.ceilDiv(halo, rows));
    chunk = s.strideW() * s.ic();
    overlap = Math.ceilDiv(s.kw(), s.strideW());
    rest = s.kw() * s.ic() - (overlap - 1) * chunk;
    products = Scratch.floats(SLOT_PRODUCTS, slots * s.outW() * width + chunk + LANES);
    lanes = new int[Math.ceilDiv(chunk, LANES) * LANES];
    Arrays.fill(lanes, 0, rest, -1);
    terms = new int[s.kh() * overlap];
    back = new int[s.kh() * overlap];
  }

  /** Whether the shape is one that this class is faster for. */
  static boolean suits(Conv2dShape s) {
    return s.groups() == 1
        && s.ic() <= MOST_CHANNELS
        && s.kw() > 1
        && s.oc() >= GemmTile.COLUMNS / 2
        && s.dilationW() == 1
        && s.outH() > 0
        && s.outW() > 0;
  }

  /** Elements of a window, padded to whole panels. */
  private static int columns(Conv2dShape s) {
    return GemmPanels.panels(s.kh() * s.kw() * s.ic()) * GemmTile.COLUMNS;
  }

  /** Floats of the packed weights. */
  static int packedSize(Conv2dShape s) {
    return GemmPanels.size(columns(s), s.oc());
  }

  /** Packs w [KH, KW, IC, OC] as [OC, (KH, KW, IC) padded]. */
  static void pack(Workers workers, Conv2dShape s, float[] w, int wAt, float[] packed) {
    int n = s.kh() * s.kw() * s.ic();
    workers.run(
        GemmPanels.panels(n),
        panel -> GemmPanels.pack(true, n, s.oc(), panel, w, wAt, s.oc(), packed));
  }

  /** dx from dy and weights packed by {@link #pack}. */
  static void run(
      Workers workers, Conv2dShape s, InputRows dy, float[] packed, float[] dx, int dxAt) {
    workers.run(s.n(), n -> new FewChannelsGradient(s).image(n, dy, packed, dx, dxAt));
  }

  private void image(int n, InputRows in, float[] packed, float[] dx, int dxAt) {
    int done = 0;
    for (int p = 0; p < s.outH(); p += rows) {
      int end = Math.min(s.outH(), p + rows);
      float[] dy = in.load(n, p, end);
      int at = in.origin(n, p) + (n * s.outH() + p) * s.outW() * s.oc();
      int to = p % slots * s.outW() * width;
      int pixels = (end - p) * s.outW();
      GemmPanels.multiply(pixels, width, s.oc(), dy, at, s.oc(), packed, products, to, width);
      int complete = end == s.outH() ? s.h() : Math.min(s.h(), end * s.strideH() - s.padTop());
      for (; done < complete; done++) {
        row(done, dx, dxAt + (n * s.h() + done) * s.w() * s.ic());
      }
    }
  }

  /** Row h of dx. */
  private void row(int h, float[] dx, int at) {
    int all = terms.length;
    int whole = 0;
    for (int r = 0; r < s.kh(); r++) {
      int below = h + s.padTop() - r * s.dilationH();
      if (below < 0 || below % s.strideH() != 0 || below / s.strideH() >= s.outH()) {
        continue;
      }
      int window = below / s.strideH() % slots * s.outW() * width + r * s.kw() * s.ic();
      for (int j = 0; j < overlap; j++) {
        int place = j == overlap - 1 && rest < chunk ? --all : whole++;
        terms[place] = window + j * (chunk - width);
        back[place] = j;
      }
    }
    int chunks = Math.ceilDiv(s.padLeft() + s.w(), s.strideW());
    float[] row = Scratch.floats(SLOT_ROW, chunks * chunk + LANES);
    int from = Math.min(overlap - 1, chunks);
    int end = Math.clamp(s.outW(), from, chunks);
    // The last vector of a chunk reaches into the next one, whose first vector comes later.
    for (int v = (chunk - 1) / LANES * LANES; v >= 0; v -= LANES) {
      int parts = v < rest ? all : terms.length;
      border(0, from, whole, parts, v, row);
      sums(from, end, whole, parts, v, row);
      border(end, chunks, whole, parts, v, row);
    }
    System.arraycopy(row, s.padLeft() * s.ic(), dx, at, s.w() * s.ic());
  }

  /**
   * Floats v .. v + LANES - 1 of chunks [from, to), all of whose windows there are. Vectors stay in
   * one method: a helper that was compiled while it was cold was left as a call, with objects.
   *
   * @param whole the terms before it are whole chunks
   * @param parts those from it on reach some of the lanes
   */
  private void sums(int from, int to, int whole, int parts, int v, float[] row) {
    IntVector reached = IntVector.fromArray(INTS, lanes, v);
    for (int q = from; q < to; q++) {
      int at = q * width + v;
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int t = 0; t < whole; t++) {
        sum = FloatVector.fromArray(SPECIES, products, terms[t] + at).add(sum);
      }
      for (int t = parts; t < terms.length; t++) {
        IntVector part =
            FloatVector.fromArray(SPECIES, products, terms[t] + at).reinterpretAsInts();
        sum = part.and(reached).reinterpretAsFloats().add(sum);
      }
      sum.intoArray(row, q * chunk + v);
    }
  }

  /** The same, where some of the windows lie outside dy. */
  private void border(int from, int to, int whole, int parts, int v, float[] row) {
    IntVector reached = IntVector.fromArray(INTS, lanes, v);
    for (int q = from; q < to; q++) {
      int at = q * width + v;
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int t = 0; t < whole; t++) {
        if (isThere(q - back[t])) {
          sum = FloatVector.fromArray(SPECIES, products, terms[t] + at).add(sum);
        }
      }
      for (int t = parts; t < terms.length; t++) {
        if (isThere(q - back[t])) {
          IntVector part =
              FloatVector.fromArray(SPECIES, products, terms[t] + at).reinterpretAsInts();
          sum = part.and(reached).reinterpretAsFloats().add(sum);
        }
      }
      sum.intoArray(row, q * chunk + v);
    }
  }

  private boolean isThere(int window) {
    return window >= 0 && window < s.outW();
  }
}
