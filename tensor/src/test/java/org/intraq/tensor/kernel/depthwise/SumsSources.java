package org.intraq.tensor.kernel.depthwise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@code DepthwiseSumsKernels}: the same walk for rows of dy that meet three rows of x, one
 * that reads ahead, and the rows at the top and bottom. To change them, change this file and run it
 * from the module's folder:
 *
 * <pre>
 * java src/test/java/org/intraq/tensor/kernel/depthwise/SumsSources.java
 * </pre>
 *
 * {@code PairSourcesTest} compares what it writes with the source.
 */
final class SumsSources {
  static final Path PATH =
      Path.of("src/main/java/org/intraq/tensor/kernel/depthwise/DepthwiseSumsKernels.java");

  private final StringBuilder text = new StringBuilder();

  private SumsSources() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(PATH, text());
  }

  /** The whole file. */
  static String text() {
    SumsSources sources = new SumsSources();
    sources.text.append(
        """
        package org.intraq.tensor.kernel.depthwise;

        import static jdk.incubator.vector.VectorOperators.FMA;

        import jdk.incubator.vector.FloatVector;
        import jdk.incubator.vector.VectorSpecies;

        /** The walks of {@link DepthwiseSums}. Generated: change {@code SumsSources}, not this file. */
        final class DepthwiseSumsKernels {
          private static final VectorSpecies<Float> S = DepthwiseTile.S;

          private DepthwiseSumsKernels() {}
        """);
    sources.method("inside", "Three rows of x", 0, 2, false);
    sources.method("ahead", "Three rows of x; reads x and dy ahead", 0, 2, true);
    sources.method("top", "The first row of x is missing", 1, 2, false);
    sources.method("bottom", "The last row of x is missing", 0, 1, false);
    return sources.text.append("}\n").toString();
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void method(String name, String doc, int first, int last, boolean ahead) {
    line("");
    line("  /** %s. */".formatted(doc));
    line("  static %s %s(".formatted(ahead ? "int" : "void", name));
    line("      int rows,\n      int columns,\n      int targets,\n      int c,\n      int left,");
    line("      float[] x,\n      int xAt,\n      int xRow,\n      float[] dy,\n      int dyAt,");
    line("      float[] sums,\n      int sumAt,");
    line("      int tapStep%s) {".formatted(ahead ? ",\n      int xNext,\n      int dyNext" : ""));
    for (int t = 3 * first; t < 3 * last + 3; t++) {
      line(
          "    FloatVector w%d%d = %s;"
              .formatted(t / 3, t % 3, "FloatVector.fromArray(S, sums, " + sum(t) + ")"));
    }
    if (ahead) {
      line("    int read = 0;");
    }
    line("    for (int row = 0; row < rows; row++) {");
    line("      int at = xAt + row * xRow;\n      int from = dyAt + row * targets * c;");
    line("      FloatVector old = FloatVector.fromArray(S, dy, from);");
    line("      FloatVector mid = FloatVector.fromArray(S, dy, from + c);");
    line("      from += 2 * c;");
    line("      if (left == 0) {");
    column("        ", "a", first, last, "old", null, null);
    line("        at += c;\n      }");
    column("      ", "b", first, last, "mid", "old", null);
    line("      at += c;");
    line("      for (int q = 2; q < targets; q++, at += c, from += c) {");
    line("        FloatVector last = FloatVector.fromArray(S, dy, from);");
    column("        ", "x", first, last, "last", "mid", "old");
    if (ahead) {
      line("        read ^= Float.floatToRawIntBits(x[xNext + q * DepthwiseTile.LANES]);");
      line("        read ^= Float.floatToRawIntBits(dy[dyNext + q * DepthwiseTile.LANES]);");
    }
    line("        old = mid;\n        mid = last;\n      }");
    column("      ", "d", first, last, null, "mid", "old");
    line("      if (columns > targets + 1 - left) {\n        at += c;");
    column("        ", "e", first, last, null, null, "mid");
    line("      }\n    }");
    for (int t = 3 * first; t < 3 * last + 3; t++) {
      line("    w%d%d.check(S);".formatted(t / 3, t % 3));
    }
    for (int t = 3 * first; t < 3 * last + 3; t++) {
      line("    w%d%d.intoArray(sums, %s);".formatted(t / 3, t % 3, sum(t)));
    }
    line((ahead ? "    return read;\n" : "") + "  }");
  }

  private static String sum(int tap) {
    return tap == 0 ? "sumAt" : tap == 1 ? "sumAt + tapStep" : "sumAt + " + tap + " * tapStep";
  }

  /** What a column of x adds, with those of dy that meet taps 0, 1 and 2. */
  private void column(String in, String name, int first, int last, String... dy) {
    for (int i = first; i <= last; i++) {
      String at = i == 0 ? "at" : i == 1 ? "at + xRow" : "at + " + i + " * xRow";
      line("%sFloatVector %s%d = FloatVector.fromArray(S, x, %s);".formatted(in, name, i, at));
      for (int t = 2; t >= 0; t--) {
        if (dy[t] != null) {
          line(
              "%s%s = %s%d.lanewise(FMA, %s, %s);"
                  .formatted(in, "w" + i + t, name, i, dy[t], "w" + i + t));
        }
      }
    }
  }
}
