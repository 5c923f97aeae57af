package org.intraq.tensor.kernel.gemm;

import static org.intraq.tensor.kernel.gemm.TileSource.ADJACENT;
import static org.intraq.tensor.kernel.gemm.TileSource.BLOCK;
import static org.intraq.tensor.kernel.gemm.TileSource.COLOURS;
import static org.intraq.tensor.kernel.gemm.TileSource.IN_PLACE;
import static org.intraq.tensor.kernel.gemm.TileSource.TOGETHER;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.intraq.tensor.kernel.gemm.TileSource.Reach;
import org.intraq.tensor.kernel.gemm.TileSource.Stores;
import org.intraq.tensor.kernel.gemm.TileSource.Tile;

/**
 * Writes the register tiles of the matrix product, whose sums C2 keeps in registers only as locals
 * of one method: the same lines for each row of a tile, of several numbers of rows, widths and
 * layouts of A. To change them, change this file and run it from the module's folder:
 *
 * <pre>
 * java src/test/java/org/intraq/tensor/kernel/gemm/TileSources.java
 * </pre>
 *
 * {@code TileSourcesTest} compares what it writes with the sources.
 */
final class TileSources {
  static final List<TileSource> ALL =
      List.of(
          new TileSource(
              "GemmTileKernels",
              "GemmTile",
              "GemmTile.SPECIES",
              ADJACENT,
              Reach.TILE,
              false,
              Stores.CHECKED,
              columns("tile%dx2", 2, 12, 8, 6, 4)),
          new TileSource(
              "GemmBlockTileKernels",
              "GemmBlockTile",
              "GemmTile.SPECIES",
              BLOCK,
              Reach.TILE,
              false,
              Stores.CHECKED,
              columns("tile%dx2", 2, 12, 8, 6, 4)),
          new TileSource(
              "GemmWideTileKernels",
              "GemmWideTile",
              "FloatVector.SPECIES_512",
              ADJACENT,
              Reach.TILE,
              true,
              Stores.ADDED_TO_NONE,
              join(columns("pair%d", 2, 12, 8), columns("single%d", 1, 12, 8))),
          new TileSource(
              "GemmWideBlockTileKernels",
              "GemmWideBlockTile",
              "FloatVector.SPECIES_512",
              BLOCK,
              Reach.TILE,
              true,
              Stores.ADDED_TO_NONE,
              join(columns("pair%d", 2, 12, 8, 4), columns("single%d", 1, 12, 8))),
          new TileSource(
              "GemmBlockRowsKernels",
              "GemmBlockRows",
              "GemmTile.SPECIES",
              BLOCK,
              Reach.TILES_BELOW,
              false,
              Stores.CHECKED,
              columns("rows%d", 2, 12, 8)),
          new TileSource(
              "GemmWideBlockRowsKernels",
              "GemmWideBlockRows",
              "FloatVector.SPECIES_512",
              BLOCK,
              Reach.TILES_BELOW,
              true,
              Stores.CHECKED,
              columns("rows%d", 2, 12, 8)),
          new TileSource(
              "GemmPanelTileKernels",
              "GemmPanelTile",
              "GemmTile.SPECIES",
              BLOCK,
              Reach.FENCED_BESIDE,
              false,
              Stores.CHECKED,
              join(columns("panels%d", 2, 6), columns("half%d", 1, 6))),
          new TileSource(
              "GemmPanelRowsKernels",
              "GemmPanelRows",
              "GemmTile.SPECIES",
              BLOCK,
              Reach.FENCED_BELOW,
              false,
              Stores.CHECKED,
              columns("rows%d", 2, 6, 4)),
          new TileSource(
              "GemmSegmentTileKernels",
              "GemmPanelTile",
              "GemmTile.SPECIES",
              BLOCK,
              Reach.FENCED_TILE,
              false,
              Stores.CHECKED,
              columns("tile%d", 2, 6, 4)),
          new TileSource(
              "GemmColumnTileKernels",
              "GemmPanelTile",
              "GemmTile.SPECIES",
              ADJACENT,
              Reach.FENCED_COLUMNS,
              false,
              Stores.CHECKED,
              columns("tile%d", 2, 6, 4)),
          new TileSource(
              "GemmNarrowRowsKernels",
              "GemmNarrowRows",
              "GemmTile.SPECIES",
              IN_PLACE,
              Reach.FENCED_IN_PLACE,
              false,
              Stores.CHECKED,
              List.of(
                  new Tile("tiles4x2", 4, 2),
                  new Tile("tiles3x3", 3, 3),
                  new Tile("tiles2x4", 2, 4))),
          colours("GemmColourRowsKernels", 1),
          colours("GemmColourStride2RowsKernels", 2));

  private TileSources() {}

  public static void main(String[] args) throws IOException {
    for (TileSource source : ALL) {
      Files.writeString(source.path(), text(source));
    }
  }

  private static TileSource colours(String name, int stride) {
    return new TileSource(
        name,
        "GemmColourRows",
        "GemmTile.SPECIES",
        stride * COLOURS,
        Reach.FENCED_COLOURS,
        false,
        Stores.CHECKED,
        join(columns("rows%d", 2, 6, 4), columns("half%d", 1, 6, 4)));
  }

  private static List<Tile> columns(String name, int vectors, int... rows) {
    return java.util.Arrays.stream(rows)
        .mapToObj(r -> new Tile(name.formatted(r), r, vectors))
        .toList();
  }

  private static List<Tile> join(List<Tile> first, List<Tile> second) {
    return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
  }

  /** The whole file. */
  static String text(TileSource source) {
    StringBuilder text = new StringBuilder("package org.intraq.tensor.kernel.gemm;\n\n");
    if (source.tiles().stream().anyMatch(t -> source.stores(t) == Stores.ADDED_TO_NONE)) {
      text.append("import static jdk.incubator.vector.VectorOperators.ADD;\n");
    }
    text.append(
        """
        import static jdk.incubator.vector.VectorOperators.FMA;

        %simport jdk.incubator.vector.FloatVector;
        import jdk.incubator.vector.VectorSpecies;

        /** The tiles of {@link %s}. Generated: change {@code TileSources}, not this file. */
        final class %s {
          private static final VectorSpecies<Float> SPECIES = %s;
          private static final int LANES = SPECIES.length();
        """
            .formatted(
                source.reach().fenced() ? "import java.lang.invoke.VarHandle;\n" : "",
                source.use(),
                source.name(),
                source.species()));
    if (source.distance() != null && source.apart() != IN_PLACE) {
      String value = source.apart() == BLOCK ? "GemmBlockTile.BLOCK" : "" + source.apart();
      text.append("  private static final int %s = %s;\n".formatted(source.distance(), value));
    }
    text.append("\n  private %s() {}\n".formatted(source.name()));
    for (Tile tile : source.tiles()) {
      text.append('\n');
      signature(text, source, tile);
      if (source.reach().below()) {
        text.append(
            """
                for (int tile = 0; tile < tiles; tile++) {
                  int aTile = aBase + tile * %1$d * %2$s;
                  int cAt = cBase + tile * %1$d * ldc;
            """
                .formatted(tile.rows(), source.distance()));
        body(text, source, tile, "      ");
        text.append("    }\n");
      } else if (source.reach() == Reach.FENCED_BESIDE) {
        text.append(
            """
                for (int panel = 0; panel < panels; panel++) {
                  int bAt = bBase + panel * depth * GemmTile.COLUMNS;
                  int cAt = cBase + panel * GemmTile.COLUMNS;
            """);
        body(text, source, tile, "      ");
        text.append("    }\n");
      } else {
        body(text, source, tile, "    ");
      }
      text.append("  }\n");
    }
    return text.append("}\n").toString();
  }

  private static void signature(StringBuilder text, TileSource source, Tile tile) {
    text.append(
        "  /** %d rows by %s of sums%s. */\n"
            .formatted(
                tile.rows(),
                List.of("one vector", "two vectors", "three vectors", "four vectors")
                    .get(tile.vectors() - 1),
                source.reach().one() ? "" : ", tile after tile"));
    text.append("  static void %s(\n".formatted(tile.name()));
    List<String> parameters = new java.util.ArrayList<>();
    if (source.reach().below()) {
      parameters.add("int tiles");
    }
    if (source.reach() == Reach.FENCED_BESIDE) {
      parameters.add("int panels");
    }
    if (source.reach().placed()) {
      parameters.add(source.reach().evenly() ? "int gap" : "int[] seg");
    }
    if (source.reach() == Reach.TILE) {
      parameters.add("int segLen");
    }
    parameters.addAll(List.of("int depth", "float[] a", "int aBase"));
    if (!source.reach().fenced()) {
      parameters.add("int aStep");
    }
    if (source.apart() == IN_PLACE) {
      parameters.add("int lda");
    }
    parameters.addAll(List.of("float[] b", "int bBase"));
    if (!source.reach().fenced()) {
      parameters.add("int bStep");
    }
    if (source.farPanel() && tile.vectors() == 2 || tile.vectors() > 2) {
      parameters.add("int bPanel");
    }
    parameters.addAll(List.of("float[] c", source.reach().one() ? "int cAt" : "int cBase"));
    parameters.add("int ldc");
    boolean oneLine = 6 + String.join(", ", parameters).length() + 3 <= 100;
    text.append("      ")
        .append(String.join(oneLine ? ", " : ",\n      ", parameters))
        .append(") {\n");
  }

  /** Zeros, the loop over K by segments, the stores. */
  private static void body(StringBuilder text, TileSource source, Tile tile, String indent) {
    StringBuilder body = new StringBuilder();
    List<String> others = tile.sides().subList(1, tile.vectors());
    for (int i = 0; i < tile.rows(); i++) {
      body.append("FloatVector c%dl = FloatVector.zero(SPECIES);\n".formatted(i));
      for (String side : others) {
        body.append("FloatVector c%1$d%2$s = c%1$dl;\n".formatted(i, side));
      }
    }
    if (source.reach().fenced()) {
      fencedLoop(body, source, tile);
    } else {
      loop(body, source, tile);
    }
    Stores stores = source.stores(tile);
    if (stores == Stores.ADDED_TO_NONE) {
      body.append("FloatVector none = FloatVector.broadcast(SPECIES, -0f);\n");
    }
    for (int i = 0; i < tile.rows(); i++) {
      for (int v = 0; v < tile.vectors(); v++) {
        String at = "cAt" + times(i, "ldc") + times(v, "LANES");
        store(body, stores, "c" + i + tile.sides().get(v), at);
      }
    }
    body.toString().lines().forEach(line -> text.append(indent).append(line).append('\n'));
  }

  /** K by segments. */
  private static void loop(StringBuilder body, TileSource source, Tile tile) {
    body.append(
        """
        int bAt = bBase;
        int rest = depth;
        for (int t = 0; rest > 0; t++) {
          int aAt = %s + seg[t];
          int steps = Math.min(%s, rest);
          rest -= steps;
          for (int p = 0; p < steps; p++) {
        """
            .formatted(
                source.reach().below() ? "aTile" : "aBase",
                source.reach().below() ? "BLOCK" : "segLen"));
    step(body, source, tile, 0, "    ");
    body.append("    aAt += aStep;\n    bAt += bStep;\n  }\n}\n");
  }

  /**
   * K in one loop, some steps of a block in each turn: a turn's addresses and range checks are as
   * many instructions as a step of a small tile's arithmetic.
   */
  private static void fencedLoop(StringBuilder body, TileSource source, Tile tile) {
    Reach reach = source.reach();
    if (reach == Reach.FENCED_IN_PLACE) {
      inPlaceLoop(body, source, tile);
      return;
    }
    String a =
        switch (reach) {
          case FENCED_COLUMNS -> "t * " + TOGETHER * tile.rows();
          case FENCED_COLOURS -> "seg[t]";
          case FENCED_TILE -> "seg[t / (BLOCK / %1$d)] + t %% (BLOCK / %1$d) * %1$d";
          default -> "t * %1$d + t / (BLOCK / %1$d) * gap";
        };
    body.append(
        """
        for (int t = 0; t < depth / %1$d; t++) {
          int aAt = %2$s + %3$s;
          int at = %4$s + t * (%1$d * GemmTile.COLUMNS);
        """
            .formatted(
                reach.together(),
                reach.below() ? "aTile" : "aBase",
                a.formatted(TOGETHER),
                reach == Reach.FENCED_BESIDE ? "bAt" : "bBase"));
    for (int u = 0; u < reach.together(); u++) {
      step(body, source, tile, u, "  ");
    }
    body.append("}\n");
  }

  /**
   * The same for rows of A as they lie. K is added last: with the sum of all that a tile's rows
   * have in common first, as above, 2x4 had half the speed.
   */
  private static void inPlaceLoop(StringBuilder body, TileSource source, Tile tile) {
    int together = source.reach().together();
    body.append(
        """
        for (int p = 0; p < depth; p += %d) {
          int at = bBase + p * GemmTile.COLUMNS;
        """
            .formatted(together));
    for (int u = 0; u < together; u++) {
      step(body, source, tile, u, "  ");
    }
    body.append("}\n");
  }

  /** A step of K: the first of a turn, or one of those behind it. */
  private static void step(
      StringBuilder body, TileSource source, Tile tile, int turn, String indent) {
    String type = turn == 0 ? "FloatVector " : "";
    StringBuilder lines = new StringBuilder();
    for (int v = 0; v < tile.vectors(); v++) {
      String at = operand(source, turn, v);
      String name = type + "b" + tile.sides().get(v);
      lines.append("%s = FloatVector.fromArray(SPECIES, b, %s);\n".formatted(name, at));
    }
    lines.append(turn == 0 ? "FloatVector x;\n" : "");
    for (int i = 0; i < tile.rows(); i++) {
      String distance = source.distance();
      String at = distance != null ? times(i, distance) : i == 0 ? "" : " + " + i;
      int terms = turn * (distance != null ? 1 : tile.rows());
      String later = turn == 0 ? "" : " + " + terms;
      boolean inPlace = source.apart() == IN_PLACE;
      String from = inPlace ? "aTile" + at + " + p" : "aAt" + at;
      lines.append("x = FloatVector.broadcast(SPECIES, a[%s%s]);\n".formatted(from, later));
      for (String side : tile.sides()) {
        lines.append("c%1$d%2$s = x.lanewise(FMA, b%2$s, c%1$d%2$s);\n".formatted(i, side));
      }
      lines.append(source.reach().fenced() ? "VarHandle.loadLoadFence();\n" : "");
    }
    lines.toString().lines().forEach(line -> body.append(indent).append(line).append('\n'));
  }

  /** Where a vector of B lies: two are a panel's row, two more lie in the next panel. */
  private static String operand(TileSource source, int turn, int vector) {
    if (source.reach().fenced()) {
      return "at" + (vector < 2 ? "" : " + bPanel") + times(2 * turn + vector % 2, "LANES");
    }
    return vector == 0 ? "bAt" : "bAt + " + (source.farPanel() ? "bPanel" : "LANES");
  }

  private static void store(StringBuilder body, Stores stores, String sum, String at) {
    if (stores == Stores.CHECKED) {
      body.append("%1$s.check(SPECIES);\n%1$s.intoArray(c, %2$s);\n".formatted(sum, at));
    } else {
      body.append("none.lanewise(ADD, %s).intoArray(c, %s);\n".formatted(sum, at));
    }
  }

  private static String times(int factor, String distance) {
    return factor == 0 ? "" : factor == 1 ? " + " + distance : " + " + factor + " * " + distance;
  }
}
