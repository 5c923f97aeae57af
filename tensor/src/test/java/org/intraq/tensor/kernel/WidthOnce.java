package org.intraq.tensor.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Leaves out the run at 256 bits where the run before, which asks for 512, was at 256 bits already:
 * on x86 processors without AVX-512. {@link VectorWidthTest} stays, so that the run is seen.
 */
public final class WidthOnce implements PostDiscoveryFilter {
  private static final boolean REPEATED =
      Integer.getInteger("intraq.test.vectorBits", -1) == 256 && widest() == 256;

  @Override
  public FilterResult apply(TestDescriptor test) {
    return FilterResult.includedIf(
        !REPEATED || test.getSource().filter(WidthOnce::ofTheWidth).isPresent(),
        () -> "the width",
        () -> "ran at 256 bits already");
  }

  private static boolean ofTheWidth(TestSource source) {
    String name = VectorWidthTest.class.getName();
    return switch (source) {
      case ClassSource type -> type.getClassName().equals(name);
      case MethodSource method -> method.getClassName().equals(name);
      default -> false;
    };
  }

  /**
   * What the processor and this JVM can do, whatever {@code MaxVectorSize} allows; -1 if unknown.
   */
  private static int widest() {
    try {
      String level =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption("UseAVX")
              .getValue();
      return level.equals("2") ? 256 : -1;
    } catch (IllegalArgumentException e) { // not an x86 JVM
      return -1;
    }
  }
}
