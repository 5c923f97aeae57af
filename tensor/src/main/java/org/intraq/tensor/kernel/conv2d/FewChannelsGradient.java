package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmPanels;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * The gradient of an input of few channels, as an image has: three of sixteen columns of a register
 * tile would be in use if the channels were its columns. So the columns are the window's instead,
 * and the windows are then added up where they overlap.
 *
 * <pre>
 * for each image                                       (a task)
 *   for each few rows of dy
 *     G[q][r][s, c] = dy[q][o] * w[r, s, c][o]          a matrix product; (s, c) padded to panels
 *     for each q, r:  dx[row(r)][q * stride + (s, c)] += G[q][r][s, c]      side by side in a row of dx
 * </pre>
 */
final class FewChannelsGradient {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmTile.COLUMNS
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_256;

  private static final int LANES = SPECIES.length();
  private static final int WIDEST = 16;
  private static final int MOST_CHANNELS = 4;

  /** Floats of G that are made before they are added up: a quarter of a common L2 cache. */
  private static final int TARGET = 1 << 16;

  private static final int SLOT_PRODUCTS = 6;
  private static final int SLOT_IMAGE = 7;

  private FewChannelsGradient() {}

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

  /** Columns of one row of the window, padded to whole panels. */
  private static int rowColumns(Conv2dShape s) {
    return GemmPanels.panels(s.kw() * s.ic()) * GemmTile.COLUMNS;
  }

  /** Floats of the packed weights. */
  static int packedSize(Conv2dShape s) {
    return GemmPanels.size(s.kh() * rowColumns(s), s.oc());
  }

  /** Packs w [KH, KW, IC, OC] as [OC, KH, (KW, IC) padded]. */
  static void pack(Workers workers, Conv2dShape s, float[] w, int wAt, float[] packed) {
    int columns = rowColumns(s);
    int used = s.kw() * s.ic() * s.oc();
    float[] padded = Scratch.floats(SLOT_IMAGE, s.kh() * columns * s.oc());
    for (int r = 0; r < s.kh(); r++) {
      int at = r * columns * s.oc();
      System.arraycopy(w, wAt + r * used, padded, at, used);
      Arrays.fill(padded, at + used, at + columns * s.oc(), 0);
    }
    int n = s.kh() * columns;
    workers.run(
        GemmPanels.panels(n),
        panel -> GemmPanels.pack(true, n, s.oc(), panel, padded, 0, s.oc(), packed));
  }

  /** dx from dy and weights packed by {@link #pack}. */
  static void run(
      Workers workers, Conv2dShape s, InputRows dy, float[] packed, float[] dx, int dxAt) {
    workers.run(s.n(), n -> image(s, n, dy, packed, dx, dxAt));
  }

  private static void image(
      Conv2dShape s, int n, InputRows in, float[] packed, float[] dx, int dxAt) {
    int columns = rowColumns(s);
    int width = s.kh() * columns;
    int rows = Math.clamp(TARGET / Math.max(1, s.outW() * width), 1, s.outH());
    // Padded, so that every window lies inside; a vector may reach beyond the last one.
    int pitch = ((s.outW() - 1) * s.strideW() + s.kw()) * s.ic() + columns;
    pitch = Math.max(pitch, (s.padLeft() + s.w()) * s.ic());
    int height =
        Math.max(
            (s.outH() - 1) * s.strideH() + (s.kh() - 1) * s.dilationH() + 1, s.padTop() + s.h());
    float[] image = Scratch.floats(SLOT_IMAGE, height * pitch);
    Arrays.fill(image, 0, height * pitch, 0);
    float[] products = Scratch.floats(SLOT_PRODUCTS, rows * s.outW() * width);
    for (int p = 0; p < s.outH(); p += rows) {
      int count = Math.min(rows, s.outH() - p);
      float[] dy = in.load(n, p, p + count);
      int at = in.origin(n, p) + (n * s.outH() + p) * s.outW() * s.oc();
      GemmPanels.multiply(
          count * s.outW(), width, s.oc(), dy, at, s.oc(), packed, products, 0, width);
      for (int i = 0; i < count; i++) {
        for (int r = 0; r < s.kh(); r++) {
          int row = (p + i) * s.strideH() + r * s.dilationH();
          addRow(s, products, i * s.outW() * width + r * columns, width, image, row * pitch);
        }
      }
    }
    for (int h = 0; h < s.h(); h++) {
      int from = (s.padTop() + h) * pitch + s.padLeft() * s.ic();
      int to = dxAt + (n * s.h() + h) * s.w() * s.ic();
      System.arraycopy(image, from, dx, to, s.w() * s.ic());
    }
  }

  /**
   * Adds one row of all windows of a row of dy, those first that do not overlap: a load that needs
   * the ends of stores just made has to wait for them.
   */
  private static void addRow(
      Conv2dShape s, float[] products, int at, int step, float[] image, int rowAt) {
    int used = s.kw() * s.ic();
    int pixel = s.strideW() * s.ic();
    // By the widest vector's reach whatever the width is, so that the order of a sum is one.
    int reach = (used + WIDEST - 1) / WIDEST * WIDEST;
    int apart = (reach + pixel - 1) / pixel;
    for (int first = 0; first < apart; first++) {
      for (int q = first; q < s.outW(); q += apart) {
        addWindow(used, products, at + q * step, image, rowAt + q * pixel);
      }
    }
  }

  private static void addWindow(int used, float[] products, int from, float[] image, int to) {
    int whole = SPECIES.loopBound(used);
    for (int j = 0; j < whole; j += LANES) {
      FloatVector.fromArray(SPECIES, image, to + j)
          .add(FloatVector.fromArray(SPECIES, products, from + j))
          .intoArray(image, to + j);
    }
    if (whole < used) {
      // Beyond the window the product is with a zero weight: NaN if dy is infinite.
      VectorMask<Float> tail = SPECIES.indexInRange(whole, used);
      FloatVector.fromArray(SPECIES, image, to + whole)
          .add(FloatVector.fromArray(SPECIES, products, from + whole), tail)
          .intoArray(image, to + whole);
    }
  }
}
