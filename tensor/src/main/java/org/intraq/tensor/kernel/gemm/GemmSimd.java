package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link Gemm} on the Vector API, in the five loops of BLIS around {@link GemmTile}.
 *
 * <p>Source: Van Zee and van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS
 * Functionality", ACM TOMS 41(3), 2015, figure 1.
 */
public final class GemmSimd implements Gemm {
  /**
   * Depth of a block: a panel of B of this depth (32 KiB) streams from the nearest caches. Each
   * block's sum is one chain; their sums are added in order.
   */
  public static final int KC = 512;

  /** Columns of a block of B, packed once for all threads. */
  private static final int NC = 2048;

  /** Panels of A in one task: the packed block stays in the L2 cache. */
  private static final int PANELS_PER_TASK = 10;

  /** Panels of B that are packed side by side. */
  private static final int PANELS_PER_COPY = 4;

  /** With fewer blocks of rows than this the columns are shared out, too. */
  private static final int TASKS_WANTED = 8;

  /** Multiply-adds below which a call stays on its thread: handing over costs microseconds. */
  private static final long SINGLE_THREAD_WORK = 1L << 16;

  /** Columns in one task of a single row. */
  private static final int COLUMNS_PER_TASK = 512;

  private static final int SLOT_B = 0;

  private final Workers workers;

  /** A kernel that shares its work out among {@code workers}. */
  public GemmSimd(Workers workers) {
    this.workers = workers;
  }

  /** op(A), op(B) and C as the loops see them. */
  private record Operands(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int aAt(int i, int p) {
      return aOffset + (transposeA ? p * lda + i : i * lda + p);
    }

    int bAt(int p, int j) {
      return bOffset + (transposeB ? j * ldb + p : p * ldb + j);
    }
  }

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float beta,
      float[] c,
      int cOffset,
      int ldc) {
    Gemm.check(transposeA, transposeB, m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc);
    if (k == 0 || alpha == 0 || (beta != 0 && beta != 1)) {
      scale(m, n, beta, c, cOffset, ldc);
    }
    if (m == 0 || n == 0 || k == 0 || alpha == 0) {
      return;
    }
    if (m == 1 && alpha == 1 && !transposeA && !transposeB) {
      row(n, k, a, aOffset, b, bOffset, ldb, beta != 0, c, cOffset);
      return;
    }
    Operands operands =
        new Operands(
            transposeA, transposeB, m, n, alpha, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc);
    for (int jc = 0; jc < n; jc += NC) { // loop 5
      int nc = Math.min(NC, n - jc);
      for (int pc = 0; pc < k; pc += KC) { // loop 4
        block(operands, jc, nc, pc, Math.min(KC, k - pc), beta != 0 || pc > 0);
      }
    }
  }

  /** A single row: the columns are shared out. */
  private void row(
      int n,
      int k,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      int ldb,
      boolean accumulate,
      float[] c,
      int cAt) {
    int tasks = (long) n * k < SINGLE_THREAD_WORK ? 1 : ceilDiv(n, COLUMNS_PER_TASK);
    run(
        tasks,
        task -> {
          int from = (int) ((long) task * n / tasks);
          int to = (int) ((task + 1L) * n / tasks);
          GemmRow.run(to - from, k, a, aAt, b, bAt + from, ldb, accumulate, c, cAt + from);
        });
  }

  private static void scale(int m, int n, float beta, float[] c, int cOffset, int ldc) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        int at = cOffset + i * ldc + j;
        c[at] = beta == 0 ? 0 : beta * c[at];
      }
    }
  }

  /** C[:, jc..] (+)= op(A)[:, pc..] * op(B)[pc.., jc..]: packs B, shares out the blocks of C. */
  private void block(Operands g, int jc, int nc, int pc, int kc, boolean accumulate) {
    boolean alone = (long) g.m * nc * kc < SINGLE_THREAD_WORK;
    int panels = ceilDiv(nc, GemmTile.COLUMNS);
    boolean direct = readsBDirectly(g);
    float[] packed = Scratch.floats(SLOT_B, panels * kc * GemmTile.COLUMNS);
    int panelsPerPacking = alone ? panels : Math.max(1, panels / 8);
    run(
        ceilDiv(panels, panelsPerPacking),
        task -> {
          int end = Math.min(panels, (task + 1) * panelsPerPacking);
          packPanels(g, jc, nc, pc, kc, task * panelsPerPacking, end, direct, packed);
        });
    int rowPanels = ceilDiv(g.m, GemmTile.ROWS);
    int rowTasks = alone ? 1 : even(ceilDiv(rowPanels, PANELS_PER_TASK));
    int columnTasks = alone ? 1 : Math.min(ceilDiv(TASKS_WANTED, rowTasks), ceilDiv(nc, 256));
    int panelsPerTask = ceilDiv(panels, columnTasks);
    run(
        rowTasks * columnTasks,
        task -> {
          int from = task / rowTasks * panelsPerTask;
          int to = Math.min(panels, from + panelsPerTask);
          int ic = firstRow(task % rowTasks, rowTasks, rowPanels); // loop 3
          int end = Math.min(g.m, firstRow(task % rowTasks + 1, rowTasks, rowPanels));
          float[] b = direct ? g.b : null;
          GemmMacroKernel.run(
              g.transposeA,
              g.a,
              g.aAt(ic, pc),
              g.lda,
              b,
              direct ? g.bAt(pc, jc) : 0,
              g.ldb,
              g.c,
              g.cOffset + ic * g.ldc + jc,
              g.ldc,
              end - ic,
              nc,
              kc,
              from,
              to,
              packed,
              0,
              accumulate,
              null);
        });
  }

  /** Rounds up, but for 1: two threads then get equal shares. */
  private static int even(int tasks) {
    return tasks == 1 ? 1 : tasks + tasks % 2;
  }

  /** Tasks of rows differ by one panel at most, so that threads end together. */
  private static int firstRow(int task, int tasks, int panels) {
    return (int) ((long) task * panels / tasks) * GemmTile.ROWS;
  }

  /** Runs a single task without the pool's bookkeeping. */
  private void run(int tasks, Workers.Task task) {
    if (tasks == 1) {
      task.run(0);
    } else {
      workers.run(tasks, task);
    }
  }

  /** With few rows of A each element of B is used too seldom to repay a copy. */
  private static boolean readsBDirectly(Operands g) {
    return !g.transposeB && g.alpha == 1 && g.m <= 2 * GemmTile.ROWS;
  }

  private static void packPanels(
      Operands g,
      int jc,
      int nc,
      int pc,
      int kc,
      int from,
      int to,
      boolean direct,
      float[] packed) {
    int columns = GemmTile.COLUMNS;
    for (int panel = from, together; panel < to; panel += together) {
      int whole = Math.min(to, nc / columns) - panel;
      together = g.transposeB ? 1 : Math.clamp(whole, 1, PANELS_PER_COPY);
      int at = panel * kc * columns;
      int bAt = g.bAt(pc, jc + panel * columns);
      if (g.transposeB || whole <= 0) {
        int count = Math.min(columns, nc - panel * columns);
        GemmPacking.packB(g.transposeB, count, kc, g.alpha, g.b, bAt, g.ldb, packed, at);
      } else if (!direct) {
        GemmPacking.packRowsOfB(together, kc, g.alpha, g.b, bAt, g.ldb, packed, at);
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
