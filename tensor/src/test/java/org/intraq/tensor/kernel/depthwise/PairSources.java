package org.intraq.tensor.kernel.depthwise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@code DepthwisePairKernels}: the same walk for a pair of rows inside the source, one that
 * reads ahead, and the pairs at its top and bottom, since a branch for a missing row costs a fifth.
 * To change them, change this file and run it from the module's folder:
 *
 * <pre>
 * java src/test/java/org/intraq/tensor/kernel/depthwise/PairSources.java
 * </pre>
 *
 * {@code PairSourcesTest} compares what it writes with the source.
 */
final class PairSources {
  static final Path PATH =
      Path.of("src/main/java/org/intraq/tensor/kernel/depthwise/DepthwisePairKernels.java");

  private final StringBuilder text = new StringBuilder();

  private PairSources() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(PATH, text());
  }

  /** The whole file. */
  static String text() {
    PairSources sources = new PairSources();
    sources.text.append(
        """
        package org.intraq.tensor.kernel.depthwise;

        import static jdk.incubator.vector.VectorOperators.FMA;

        import java.lang.invoke.VarHandle;
        import jdk.incubator.vector.FloatVector;
        import jdk.incubator.vector.VectorSpecies;

        /** The walks of {@link DepthwisePair}. Generated: change {@code PairSources}, not this file. */
        final class DepthwisePairKernels {
          private static final VectorSpecies<Float> S = DepthwiseTile.S;

          private DepthwisePairKernels() {}
        """);
    sources.method("inside", "All four rows exist", 0, 3, false);
    sources.method(
        "ahead", "All four rows exist; reads a line of x and of y ahead a step", 0, 3, true);
    sources.method("top", "The first row is missing", 1, 3, false);
    sources.method("bottom", "The last row is missing", 0, 2, false);
    return sources.text.append("}\n").toString();
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /** One method, for the source's rows from {@code first} to {@code last} of four. */
  private void method(String name, String doc, int first, int last, boolean ahead) {
    line("");
    line("  /** %s. */".formatted(doc));
    line("  static %s %s(".formatted(ahead ? "int" : "void", name));
    line("      int columns,\n      int targets,\n      int c,\n      int left,\n      float[] x,");
    line("      int xAt,\n      int xRow,\n      float[] w,\n      int wAt,\n      float[] y,");
    line(
        "      int yAt,\n      int yRow%s"
            .formatted(ahead ? ",\n      int xNext,\n      int yNext) {" : ") {"));
    for (int t = 0; t < 9; t++) {
      String at = t == 0 ? "" : t == 1 ? " + c" : " + " + t + " * c";
      line(
          "    FloatVector w%d%d = FloatVector.fromArray(S, w, wAt%s);"
              .formatted(t / 3, t % 3, at));
    }
    line("    FloatVector zero = FloatVector.zero(S);");
    line("    FloatVector old0 = zero;\n    FloatVector old1 = zero;");
    line("    FloatVector mid0 = zero;\n    FloatVector mid1 = zero;");
    line("    int at = xAt;");
    line("    if (left == 0) {");
    column("      ", "a", first, last, false, "old");
    line("      at += c;\n    }");
    column("    ", "b", first, last, false, "old", "mid");
    line("    at += c;\n    int to = yAt;");
    if (ahead) {
      line("    int read = 0;");
    }
    line("    int whole = Math.min(targets, columns - 2 + left);");
    line("    for (int q = 0; q < whole; q++, at += c, to += c) {");
    line("      FloatVector new0 = zero;\n      FloatVector new1 = zero;");
    column("      ", "x", first, last, true, "old", "mid", "new");
    if (ahead) {
      line("      read ^= Float.floatToRawIntBits(x[xNext + q * ReadAhead.LINE]);");
      line("      read ^= Float.floatToRawIntBits(y[yNext + q * ReadAhead.LINE]);");
    }
    stores("      ");
    line("      old0 = mid0;\n      mid0 = new0;\n      old1 = mid1;\n      mid1 = new1;\n    }");
    line("    if (whole < targets) {");
    stores("      ");
    line("    }\n%s  }".formatted(ahead ? "    return read;\n" : ""));
  }

  /** What a column of the source adds to; the first of the sums meets the highest tap. */
  private void column(String in, String name, int first, int last, boolean fence, String... sums) {
    for (int i = first; i <= last; i++) {
      String at = i == 0 ? "at" : i == 1 ? "at + xRow" : "at + " + i + " * xRow";
      line("%sFloatVector %s%d = FloatVector.fromArray(S, x, %s);".formatted(in, name, i, at));
      for (int row = Math.max(0, i - 2); row <= Math.min(1, i); row++) {
        for (int s = 0; s < sums.length; s++) {
          String sum = sums[s] + row;
          line(
              "%s%s = w%d%d.lanewise(FMA, %s%d, %s);"
                  .formatted(in, sum, i - row, sums.length - 1 - s, name, i, sum));
        }
      }
      if (fence && i < last) {
        line("%sVarHandle.loadLoadFence();".formatted(in));
      }
    }
  }

  private void stores(String in) {
    line("%sold0.check(S);\n%sold1.check(S);".formatted(in, in));
    line("%sold0.intoArray(y, to);\n%sold1.intoArray(y, to + yRow);".formatted(in, in));
  }
}
