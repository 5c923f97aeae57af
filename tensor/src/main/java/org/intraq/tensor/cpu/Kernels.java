package org.intraq.tensor.cpu;

import java.util.Locale;
import org.intraq.tensor.kernel.conv2d.Conv2d;
import org.intraq.tensor.kernel.conv2d.Conv2dReference;
import org.intraq.tensor.kernel.gemm.Gemm;
import org.intraq.tensor.kernel.gemm.GemmReference;
import org.intraq.tensor.parallel.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that chooses between a kernel's implementations; a factory method for each kernel.
 *
 * <p>The system property {@code intraq.kernels} is {@code simd} (the default: Vector API) or {@code
 * reference} (plain loops, the definition).
 */
final class Kernels {
  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
  private static final boolean SIMD = chooseSimd(System.getProperty("intraq.kernels", "simd"));

  private Kernels() {}

  /** Name of the chosen tier, for logs. */
  static String tier() {
    return SIMD ? "simd" : "reference";
  }

  /** Matrix products. */
  static Gemm gemm(Workers workers) {
    return new GemmReference();
  }

  /** Convolutions. */
  static Conv2d conv2d(Workers workers) {
    return new Conv2dReference();
  }

  private static boolean chooseSimd(String wanted) {
    String tier = wanted.toLowerCase(Locale.ROOT);
    if (!tier.equals("simd") && !tier.equals("reference")) {
      throw Checks.failure("intraq.kernels", "simd or reference", "'" + wanted + "'");
    }
    if (tier.equals("reference")) {
      LOG.info("CPU kernels: reference, because intraq.kernels=reference");
      return false;
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      LOG.warn(
          "CPU kernels: reference, because the JVM was started without"
              + " --add-modules jdk.incubator.vector");
      return false;
    }
    LOG.info("CPU kernels: simd (Vector API)");
    return true;
  }
}
