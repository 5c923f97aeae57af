package org.intraq.cuda.build;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.intraq.cuda.CudaTesting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed PTX, and what nvcc says of its sources. */
class PtxTest {
  @TempDir private static Path scratch;

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
  void everySourceCompiles() throws Exception {
    CudaTesting.need(Tools.has("nvcc"), "there is no nvcc to compile the kernels with");
    inParallel(
        PtxBuild.units(MODULE).stream()
            .filter(unit -> !unit.architecture().endsWith("a"))
            .map(PtxBuild.Unit::cuda)
            .distinct(),
        cuda -> cuda.toFile().length(),
        cuda -> compile(cuda, "80"));
    inParallel(
        PtxBuild.units(MODULE).stream().filter(unit -> unit.architecture().endsWith("a")),
        unit -> unit.cuda().toFile().length(),
        unit -> compile(unit.cuda(), unit.architecture()));
  }

  /** Without optimisation where nvcc can, which takes a tenth of the time: its text is not used. */
  private static void compile(Path cuda, String architecture) throws IOException {
    once(
        "nvcc",
        Headers.sha256(Headers.closure(Files.readString(cuda))) + ".sm_" + architecture + ".txt",
        () -> {
          List<String> flags = new ArrayList<>(List.of("-ptx", "-arch=compute_" + architecture));
          if (Tools.run(List.of("nvcc", "--help")).contains("--Ofast-compile")) {
            flags.add("--Ofast-compile=max");
          }
          Path folder = Files.createTempDirectory(scratch, "ptx");
          Path text = folder.resolve("out.ptx");
          return PtxBuild.compile(cuda, folder, text, flags.toArray(String[]::new));
        });
  }

  /** What the driver does with the committed text when a program starts, for both generations. */
  @Test
  void committedPtxAssemblesWithoutSpills() throws Exception {
    CudaTesting.need(Tools.has("ptxas"), "there is no ptxas to assemble the PTX with");
    inParallel(
        PtxBuild.units(MODULE).stream().flatMap(PtxTest::assemblies),
        a -> a.unit.ptx().toFile().length(),
        PtxTest::assemble);
  }

  private record Assembly(PtxBuild.Unit unit, String architecture) {}

  private static Stream<Assembly> assemblies(PtxBuild.Unit unit) {
    return unit.architecture().endsWith("a")
        ? Stream.of(new Assembly(unit, unit.architecture()))
        : Stream.of(new Assembly(unit, "80"), new Assembly(unit, "90"));
  }

  private static void assemble(Assembly a) throws IOException {
    Path ptx = a.unit.ptx();
    String name = Headers.sha256(Files.readString(ptx)) + ".sm_" + a.architecture + ".txt";
    String report =
        once(
            "ptxas",
            name,
            () -> {
              Path cubin = Files.createTempFile(scratch, "ptx", ".cubin");
              return Tools.run(
                  List.of(
                      "ptxas",
                      "-v",
                      "-warn-spills",
                      "-arch=sm_" + a.architecture,
                      "-o",
                      cubin.toString(),
                      ptx.toString()));
            });
    assertTrue(report.contains("bytes spill stores"), "no report of " + ptx);
    for (String word : SPILLS) {
      for (int at = report.indexOf(word); at >= 0; at = report.indexOf(word, at + 1)) {
        assertTrue(
            report.charAt(at - 1) == '0' && !Character.isDigit(report.charAt(at - 2)),
            ptx.getFileName() + " on sm_" + a.architecture + ":\n" + report);
      }
    }
  }

  private interface Work<T> {
    void run(T item) throws IOException;
  }

  private interface Output {
    String get() throws IOException;
  }

  /** The output of a tool that succeeded, from the cache if it has run on the same text before. */
  private static String once(String tool, String name, Output run) throws IOException {
    Path report = Tools.cache().resolve(tool).resolve(name);
    if (!Files.exists(report)) {
      String output = run.get();
      Files.createDirectories(report.getParent());
      Path fresh = Files.createTempFile(report.getParent(), "report", ".part");
      Files.writeString(fresh, output);
      Files.move(fresh, report, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(report);
  }

  /** The largest first, as the low-bit kernels alone take a third of the time. */
  private static <T> void inParallel(Stream<T> items, ToLongFunction<T> size, Work<T> work)
      throws Exception {
    List<Callable<Void>> calls =
        items
            .sorted(Comparator.comparingLong(size).reversed())
            .<Callable<Void>>map(
                item ->
                    () -> {
                      work.run(item);
                      return null;
                    })
            .toList();
    try (var pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (var done : pool.invokeAll(calls)) {
        done.get();
      }
    }
  }
}
