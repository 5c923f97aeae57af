package org.intraq.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code .cu} file beside its launcher class, and the PTX built from it.
 *
 * <p>The PTX stands in the resources under the same path, one file for each architecture that the
 * source asks for in a line {@code // arch: 75 80} (75 if there is none). A device takes the
 * highest that it can run; the driver translates PTX for newer devices.
 */
public record KernelSource(Class<?> launcher) {
  private static final Pattern ARCHITECTURES =
      Pattern.compile("^// arch:((?: \\d+)+)$", Pattern.MULTILINE);

  /** The name of the file without its ending. */
  public String name() {
    return launcher.getSimpleName();
  }

  /** The text of the {@code .cu} file. */
  public String cuda() {
    return text(name() + ".cu");
  }

  /** The architectures PTX is built for, ascending. */
  public List<Integer> architectures() {
    return architectures(cuda());
  }

  /** The architectures that a source asks for, ascending. */
  public static List<Integer> architectures(String cuda) {
    Matcher matcher = ARCHITECTURES.matcher(cuda);
    if (!matcher.find()) {
      return List.of(75);
    }
    List<Integer> found = new ArrayList<>();
    for (String word : matcher.group(1).trim().split(" ")) {
      found.add(Integer.valueOf(word));
    }
    found.sort(null);
    return found;
  }

  /** The PTX for a device of this capability. */
  public String ptx(int capability) {
    int best = 0;
    for (int architecture : architectures()) {
      best = architecture <= capability ? architecture : best;
    }
    if (best == 0) {
      throw new CudaException(
          name()
              + ": expected a device of sm_"
              + architectures().getFirst()
              + " or newer, got sm_"
              + capability);
    }
    return text(ptxFile(name(), best));
  }

  /** The name of a PTX file. */
  public static String ptxFile(String name, int architecture) {
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
