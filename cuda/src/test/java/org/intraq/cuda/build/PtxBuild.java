package org.intraq.cuda.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.intraq.cuda.driver.KernelSource;

/**
 * Builds the PTX of every {@code .cu} that has changed: {@code mvn -Pptx}, or {@code main} with the
 * folder of this module.
 *
 * <p>nvcc 13 writes {@code .version 9.0}, which only drivers of CUDA 13 take. The kernels use
 * nothing newer than PTX 8.0, so the version is lowered to it, and drivers of CUDA 12.0 on take
 * them.
 */
public final class PtxBuild {
  /** The PTX version that is written. */
  public static final String VERSION = "8.0";

  private static final String HASH = "// source-sha256: ";

  private PtxBuild() {}

  /** A source file of this module and its PTX. */
  public record Unit(Path cuda, String architecture, Path ptx) {
    @Override
    public String toString() {
      return cuda.getFileName() + " sm_" + architecture;
    }
  }

  /** Builds what is out of date below the module folder {@code arguments[0]}. */
  public static void main(String[] arguments) throws IOException {
    for (Unit unit : units(Path.of(arguments[0]))) {
      if (!upToDate(unit)) {
        build(unit);
        System.out.println("built " + unit.ptx().getFileName());
      }
    }
  }

  /** All sources, once for each architecture. */
  public static List<Unit> units(Path module) throws IOException {
    Path sources = module.resolve("src/main/java");
    Path resources = module.resolve("src/main/resources");
    List<Unit> units = new ArrayList<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path cuda : files.filter(file -> file.toString().endsWith(".cu")).sorted().toList()) {
        String name = cuda.getFileName().toString().replace(".cu", "");
        Path folder = resources.resolve(sources.relativize(cuda.getParent()));
        for (String architecture : KernelSource.architectures(Files.readString(cuda))) {
          units.add(
              new Unit(
                  cuda, architecture, folder.resolve(KernelSource.ptxFile(name, architecture))));
        }
      }
    }
    return units;
  }

  /** The hash of a source and of all headers it includes. */
  public static String hash(Unit unit) throws IOException {
    return Headers.sha256(Headers.closure(Files.readString(unit.cuda())));
  }

  /** Whether the PTX was built from the source as it is. */
  public static boolean upToDate(Unit unit) throws IOException {
    return Files.exists(unit.ptx())
        && Files.readString(unit.ptx()).startsWith(HASH + hash(unit) + "\n");
  }

  private static void build(Unit unit) throws IOException {
    Path folder = Files.createTempDirectory("ptx");
    Path fresh = folder.resolve("out.ptx");
    compile(unit.cuda(), folder, fresh, "-ptx", "-arch=compute_" + unit.architecture());
    Files.createDirectories(unit.ptx().getParent());
    Files.writeString(unit.ptx(), HASH + hash(unit) + "\n" + lowered(Files.readString(fresh)));
  }

  /** Runs nvcc on a source with the flags that all builds share. */
  public static String compile(Path cuda, Path folder, Path output, String... flags)
      throws IOException {
    String text = Files.readString(cuda);
    Headers.write(text, folder);
    Path unit = folder.resolve(cuda.getFileName());
    Files.writeString(unit, text);
    List<String> command =
        new ArrayList<>(List.of("nvcc", "-std=c++17", "-O3", "-fmad=false", "-I" + folder));
    command.addAll(List.of(flags));
    command.addAll(List.of("-o", output.toString(), unit.toString()));
    return Tools.run(command);
  }

  /** Lowers the version, and drops comments that name the compiler's build. */
  private static String lowered(String ptx) {
    StringBuilder kept = new StringBuilder();
    for (String line : ptx.split("\n")) {
      if (line.startsWith(".version ")) {
        kept.append(".version ").append(VERSION).append('\n');
      } else if (!line.startsWith("//")) {
        kept.append(line).append('\n');
      }
    }
    return kept.toString();
  }
}
