package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlocks;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * How {@link WinogradCorrelation} cuts a pass into tasks, by its shape alone, and where a task's
 * parts lie in its array.
 *
 * <pre>
 * many tiles    a task is a block of tiles: some rows of tiles of an image, or some images
 * few           blocks one after another, each shared out twice: its rows of tiles for V, its
 *               output channels for the products and what follows them (where V is little work
 *               every part makes it for itself)
 *
 * array         d[6 rows][column][channel]  V[36][channel / 16][tile][16]  M[36][tile][channel]  a row of tiles
 * </pre>
 */
final class WinogradPlan {
  private static final int SIDE = WinogradInput.SIDE;
  private static final int POINTS = WinogradInput.POINTS;

  /** Floats of V and M together, so that they stay in the L2 cache beside the weights. */
  private static final int TARGET = 96 << 10;

  /** Weights beyond this many floats come from farther away for every block of tiles ... */
  private static final int NEAR_WEIGHTS = 1 << 18;

  /** ... and so each block should have this many tiles. */
  private static final int MANY_TILES = 56;

  /** Tasks wanted where there is work for them; with half as many blocks are not shared out. */
  private static final int TASKS = 8;

  /** Multiply-adds of a task, at least: some microseconds, so that handing it over pays. */
  private static final long TASK_WORK = 1 << 18;

  /** Tiles of a block that was made smaller for the sake of more tasks, at least. */
  private static final int FEW_TILES = 8;

  final int tilesDown;
  final int tilesAcross;
  final int channels;
  final int outChannels;
  final int panels;
  final int imagesPerBlock;
  final int rowsPerBlock;

  /** Blocks of an image, or 1. */
  final int strips;

  /** Groups of images. */
  final int groups;

  /** Parts of the output channels that are tasks of their own. */
  final int parts;

  final int paddedTiles;
  final int vStep;
  final int mStep;
  final int pitch;
  final int vAt;
  final int mAt;
  final int rowAt;

  /**
   * The plan of a pass.
   *
   * @param allChannels whether rows are wanted with all output channels at once
   */
  WinogradPlan(CorrelationPass pass, boolean allChannels) {
    tilesDown = ceilDiv(pass.rows().grid(), SIDE);
    tilesAcross = ceilDiv(pass.columns().grid(), SIDE);
    channels = pass.inChannels();
    outChannels = pass.outChannels();
    panels = outChannels / GemmTile.COLUMNS;
    int perImage = tilesDown * tilesAcross;
    long tiles = (long) pass.images() * perImage;
    int weights = POINTS * channels * outChannels;
    int tasks = (int) Math.clamp(tiles * weights / TASK_WORK, 1, TASKS);
    boolean near = weights <= NEAR_WEIGHTS;
    int least = near ? GemmTile.ROWS : MANY_TILES;
    int wanted = Math.max(least, TARGET / POINTS / (channels + outChannels));
    if (near && tiles / wanted < tasks) {
      wanted = (int) Math.clamp(tiles / tasks, Math.min(FEW_TILES, wanted), wanted);
    }
    rowsPerBlock = share(tilesDown, (double) wanted / tilesAcross);
    imagesPerBlock =
        rowsPerBlock < tilesDown ? 1 : share(pass.images(), (double) wanted / perImage);
    strips = ceilDiv(tilesDown, rowsPerBlock);
    groups = ceilDiv(pass.images(), imagesPerBlock);
    parts = allChannels ? 1 : parts(tasks);
    // A large tile may run over the last rows.
    paddedTiles = imagesPerBlock * rowsPerBlock * tilesAcross + GemmTile.ROWS;
    vStep = GemmBlocks.pointStep(channels * paddedTiles);
    int largestPart = Math.min(panels, ceilDiv(pairs(), parts) * GemmTile.PANELS);
    mStep = GemmBlocks.pointStep(largestPart * GemmTile.COLUMNS * paddedTiles);
    pitch = (tilesAcross * SIDE + 2) * channels;
    vAt = Scratch.LINE_START + WinogradInput.ACROSS * pitch;
    mAt = vAt + POINTS * vStep;
    rowAt = mAt + POINTS * mStep;
  }

  /** Parts of the output channels, whole pairs of panels; 1 where blocks are tasks enough. */
  private int parts(int tasks) {
    int blocks = strips * groups;
    return 2 * blocks >= tasks && blocks > 1 ? 1 : Math.min(pairs(), ceilDiv(tasks, blocks));
  }

  private int pairs() {
    return ceilDiv(panels, GemmTile.PANELS);
  }

  /** The panel that part {@code part} begins with. */
  int firstPanel(int part) {
    return Math.min(panels, part * pairs() / parts * GemmTile.PANELS);
  }

  /** Floats of a task's array behind {@link Scratch#LINE_START}. */
  int size() {
    return rowAt + SIDE * SIDE * tilesAcross * outChannels;
  }

  /** Of about {@code wanted} things a part, in parts that are alike. */
  private static int share(int all, double wanted) {
    int parts = (int) Math.clamp(Math.round(all / wanted), 1, Math.max(1, all));
    return Math.max(1, ceilDiv(all, parts));
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
