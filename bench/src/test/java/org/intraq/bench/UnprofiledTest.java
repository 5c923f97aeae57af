package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.ChildJvm;
import org.intraq.bench.harness.Instance;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No kernel needs a profile of the classes of its vectors. C2 sometimes compiles a kernel into its
 * caller before such a profile exists; a vector whose class it cannot tell from the code is then
 * left as an object for good, at up to two hundred times the duration. Chance in a common JVM, this
 * is certain in one that makes no such profiles ({@code -XX:TypeProfileWidth=0}), which is where
 * this test runs.
 */
@Tag("unprofiled")
class UnprofiledTest {
  private static final Set<String> STEPS =
      Set.of("synthesis-resnet20", "synthesis-224", "fine-tuning", "inference");

  private static final String INTEGER = "integer-inference";

  /** Of the smallest cases: tensors' views, tasks, closures. None left 12 KB when this was set. */
  private static final long BYTES_OF_A_KERNEL = 1 << 14;

  /** The same of one image, step by step; it was 28 KB. */
  private static final long BYTES_OF_AN_IMAGE = 1 << 16;

  /** What a whole iteration may allocate. */
  private static final long BYTES_OF_A_STEP = 1_000_000;

  /** Time that the compiler gets on a busy machine. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final int FAILURES_SHOWN = 5;

  /**
   * What leaves objects in one JVM is asked again in others: where the compiler's limits of size
   * fall within a large kernel is chance, too, and not what this test is about.
   */
  private static final int JVMS = 3;

  private static final int CHILD_SECONDS = 120;

  /** Answers with the bytes of one case. */
  static final class OwnJvm {
    private OwnJvm() {}

    public static void main(String[] words) {
      ChildJvm.answer(Long.toString(settled(Catalogue.get(words[0]))));
      System.exit(0);
    }
  }

  static List<String> groups() {
    return EveryCaseTest.groups();
  }

  @BeforeAll
  static void classesOfVectorsAreNotRecorded() {
    var options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    assertEquals("0", options.getVMOption("TypeProfileWidth").getValue());
  }

  @ParameterizedTest
  @MethodSource("groups")
  void noVectorOfTheGroupStaysAnObject(String group) {
    List<String> found = new ArrayList<>();
    for (Case problem : Catalogue.all()) {
      if (problem.group().equals(group) && found.size() < FAILURES_SHOWN) {
        List<Long> bytes = bytes(problem);
        if (bytes.size() == JVMS) {
          found.add(problem.small().id() + " " + bytes);
        }
      }
    }
    assertEquals(List.of(), found, "cases and the bytes that each of their runs leaves");
  }

  @Test
  void everyStepIsAGroup() {
    assertTrue(groups().containsAll(STEPS));
    assertTrue(groups().contains(INTEGER));
  }

  /** What is too much, here and in JVMs of their own, up to the first that keeps within. */
  private static List<Long> bytes(Case problem) {
    List<Long> tooMany = new ArrayList<>();
    long bytes = settled(problem);
    while (bytes > limit(problem)) {
      tooMany.add(bytes);
      if (tooMany.size() == JVMS) {
        break;
      }
      List<String> id = List.of(problem.id());
      bytes = Long.parseLong(ChildJvm.ask(OwnJvm.class, List.of(), id, CHILD_SECONDS));
    }
    return tooMany;
  }

  private static long limit(Case problem) {
    if (STEPS.contains(problem.group())) {
      return BYTES_OF_A_STEP;
    }
    return problem.group().equals(INTEGER) ? BYTES_OF_AN_IMAGE : BYTES_OF_A_KERNEL;
  }

  /** The bytes of the first run that keeps within the limit, or of the last. */
  private static long settled(Case problem) {
    try (Backend backend = new CpuBackend(1);
        Instance instance = problem.small().make(backend)) {
      instance.begin();
      long end = System.nanoTime() + PATIENCE_NANOS;
      long bytes;
      do {
        long before = Compiler.allocated();
        instance.run();
        bytes = Compiler.allocated() - before;
      } while (bytes > limit(problem) && System.nanoTime() < end);
      return bytes;
    }
  }
}
