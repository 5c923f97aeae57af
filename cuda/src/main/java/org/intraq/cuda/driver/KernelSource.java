package org.intraq.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code .cu} file beside its launcher class, and the PTX built from it.
 *
 * <p>The PTX stands in the resources under the same path, one file for each architecture that the
 * source asks for in a line {@code // arch: 75 80} (75 if there is none). A device takes the
 * highest that it can run; the driver translates PTX for newer devices, but for that of one
 * generation alone ({@code 90a}), which has instructions that no other has.
 */
public record KernelSource(Class<?> launcher) {
  private static final Pattern ARCHITECTURES =
      Pattern.compile("^// arch:((?: \\d+a?)+)$", Pattern.MULTILINE);

  /** The name of the file without its ending. */
  public String name() {
    return launcher.getSimpleName();
  }

  /** The text of the {@code .cu} file. */
  public String cuda() {
    return text(name() + ".cu");
  }

  /** The architectures PTX is built for, ascending. */
  public List<String> architectures() {
    return architectures(cuda());
  }

  /** The architectures that a source asks for, ascending. */
  public static List<String> architectures(String cuda) {
    Matcher matcher = ARCHITECTURES.matcher(cuda);
    if (!matcher.find()) {
      return List.of("75");
    }
    return Stream.of(matcher.group(1).trim().split(" "))
        .sorted(Comparator.comparingInt(KernelSource::capability))
        .toList();
  }

  /** The PTX for a device of this capability. */
  public String ptx(int capability) {
    String best = null;
    for (String architecture : architectures()) {
      best = runs(architecture, capability) ? architecture : best;
    }
    if (best == null) {
      throw new CudaException(
          name()
              + ": expected a device of sm_"
              + architectures().getFirst()
              + (architectures().getFirst().endsWith("a") ? "" : " or newer")
              + ", got sm_"
              + capability);
    }
    return text(ptxFile(name(), best));
  }

  /** The compute capability, times ten, that an architecture is named after. */
  public static int capability(String architecture) {
    return Integer.parseInt(architecture.replace("a", ""));
  }

  private static boolean runs(String architecture, int capability) {
    int own = capability(architecture);
    return architecture.endsWith("a") ? own == capability : own <= capability;
  }

  /** The name of a PTX file. */
  public static String ptxFile(String name, String architecture) {
    return name + ".sm_" + architecture + ".ptx";
  }

  private String text(String file) {
    try (InputStream in = launcher.getResourceAsStream(file)) {
      if (in == null) {
        throw new CudaException(
            "kernel "
                + name()
                + ": no resource "
                + file
                + " beside "
                + launcher.getName()
                + "; build it with mvn -Pptx (cuda/README.md)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CudaException("kernel " + name() + ": " + file + ": " + e.getMessage(), e);
    }
  }
}
