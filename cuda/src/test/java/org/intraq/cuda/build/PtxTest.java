package org.intraq.cuda.build;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.intraq.cuda.CudaTesting;
import org.junit.jupiter.api.Test;

/** The committed PTX, and what nvcc says of its sources. */
class PtxTest {
  private static final Path MODULE = Path.of("").toAbsolutePath();

  /** A zero after each of these words, or the compiler ran out of registers. */
  private static final List<String> SPILLS =
      List.of(" bytes spill stores", " bytes spill loads", " bytes stack frame");

  @Test
  void committedPtxMatchesItsSource() throws IOException {
    List<PtxBuild.Unit> units = PtxBuild.units(MODULE);
    assertFalse(units.isEmpty());
    for (PtxBuild.Unit unit : units) {
      assertTrue(
          PtxBuild.upToDate(unit),
          unit + ": expected PTX built from this source; run mvn -Pptx (cuda/README.md)");
      assertTrue(Files.readString(unit.ptx()).contains("\n.version " + PtxBuild.VERSION + "\n"));
    }
  }

  @Test
  void noPtxWithoutSource() throws IOException {
    List<Path> known = PtxBuild.units(MODULE).stream().map(PtxBuild.Unit::ptx).toList();
    try (Stream<Path> files = Files.walk(MODULE.resolve("src/main/resources"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".ptx")).toList()) {
        assertTrue(known.contains(file), file + " has no source");
      }
    }
  }

  @Test
  void everySourceCompilesWithoutSpills() throws IOException {
    CudaTesting.need(Tools.has("nvcc"), "there is no nvcc to compile the kernels with");
    for (int architecture : new int[] {80, 90}) {
      PtxBuild.units(MODULE).stream().map(PtxBuild.Unit::cuda).distinct().toList().parallelStream()
          .forEach(cuda -> checkSpills(cuda, architecture));
    }
  }

  private static void checkSpills(Path cuda, int architecture) {
    try {
      String hash = Headers.sha256(Headers.closure(Files.readString(cuda)));
      Path report = Tools.cache().resolve("nvcc").resolve(hash + ".sm_" + architecture + ".txt");
      if (!Files.exists(report)) {
        Path folder = Files.createTempDirectory("cubin");
        String output =
            PtxBuild.compile(
                cuda,
                folder,
                folder.resolve("out.cubin"),
                "-cubin",
                "-arch=sm_" + architecture,
                "-Xptxas",
                "-v,-warn-spills");
        Files.createDirectories(report.getParent());
        Files.writeString(report, output);
      }
      String text = Files.readString(report);
      assertTrue(text.contains("bytes spill stores"), "no report of " + cuda);
      for (String word : SPILLS) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
          assertTrue(
              text.charAt(at - 1) == '0' && !Character.isDigit(text.charAt(at - 2)),
              cuda.getFileName() + " sm_" + architecture + ":\n" + text);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void loweredPtxAssembles() throws IOException {
    CudaTesting.need(Tools.has("ptxas"), "there is no ptxas to assemble the PTX with");
    PtxBuild.units(MODULE).parallelStream().forEach(PtxTest::assemble);
  }

  private static void assemble(PtxBuild.Unit unit) {
    try {
      Path mark =
          Tools.cache()
              .resolve("ptxas")
              .resolve(Headers.sha256(Files.readString(unit.ptx())) + ".ok");
      if (!Files.exists(mark)) {
        Path cubin = Files.createTempFile("ptx", ".cubin");
        Tools.run(List.of("ptxas", "-arch=sm_90", "-o", cubin.toString(), unit.ptx().toString()));
        Files.createDirectories(mark.getParent());
        Files.writeString(mark, "");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
