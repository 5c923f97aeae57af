package org.intraq.tensor.kernel;

import java.lang.reflect.Field;
import jdk.incubator.vector.VectorShape;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Gives the kernels vectors of 512 bits on a processor that has none ({@code
 * -Dintraq.test.emulate=true}, Maven profile {@code emulated-512}): the library then computes every
 * lane in Java. That is hundreds of times slower and the only way to run what the kernels do on a
 * machine with AVX-512 without one.
 */
public final class EmulatedWidth implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (!Boolean.getBoolean("intraq.test.emulate")) {
      return;
    }
    try {
      // The library keeps its answer here from the first question on, so this has to come before
      // any kernel is loaded.
      Field preferred = VectorShape.class.getDeclaredField("PREFERRED_SHAPE");
      preferred.setAccessible(true);
      preferred.set(null, VectorShape.S_512_BIT);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK keeps the width of vectors elsewhere", e);
    }
  }
}
