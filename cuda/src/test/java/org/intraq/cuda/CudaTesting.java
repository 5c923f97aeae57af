package org.intraq.cuda;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.intraq.cuda.build.Tools;
import org.intraq.cuda.driver.JcudaDriver;
import org.intraq.cuda.host.HostDriver;
import org.intraq.cuda.launch.Warpgroups;
import org.intraq.tensor.Device;

/**
 * The devices that tests run on: the host shim where there is a g++, and a GPU where there is one.
 */
public final class CudaTesting {
  /** Retains the device's context, which would otherwise be made anew for every test. */
  private static final class Kept {
    static final JcudaDriver CONTEXT = new JcudaDriver(0);
  }

  private CudaTesting() {}

  /** Whether {@code -Dcuda.required=true} makes skips failures. */
  public static boolean required() {
    return Boolean.getBoolean("cuda.required");
  }

  /** Whether there is a GPU. */
  public static boolean hasGpu() {
    return !new CudaProvider().devices().isEmpty();
  }

  /** Skips the test, or fails where nothing may be skipped, unless {@code present}. */
  public static void need(boolean present, String what) {
    if (!present && required()) {
      fail("-Dcuda.required=true, but " + what);
    }
    assumeTrue(present, () -> "skipped: " + what);
  }

  /** A backend on the host shim, with buffers of exactly the size asked for. */
  public static CudaBackend host() {
    need(Tools.has("g++"), "there is no g++, which compiles the kernels for the host");
    return new CudaBackend(new Device("cuda", 0), new HostDriver(), bytes -> bytes);
  }

  /** A backend on the GPU. */
  public static CudaBackend gpu() {
    Objects.requireNonNull(Kept.CONTEXT);
    return new CudaBackend(new Device("cuda", 0), new JcudaDriver(0));
  }

  /** Backends of capability 9.0: the host shim as one, and the GPU if it is one. */
  public static List<CudaBackend> hopper() {
    List<CudaBackend> found = new ArrayList<>();
    if (hasGpu()) {
      CudaBackend gpu = gpu();
      if (Warpgroups.on(gpu.gpu())) {
        found.add(gpu);
      } else {
        gpu.close();
      }
    }
    if (Tools.has("g++")) {
      found.add(new CudaBackend(new Device("cuda", 0), HostDriver.hopper(), bytes -> bytes));
    }
    need(!found.isEmpty(), "there is neither a GPU of sm_90 nor a g++");
    return found;
  }

  /** All the backends there are; skips if there is none. */
  public static List<CudaBackend> backends() {
    List<CudaBackend> found = new ArrayList<>();
    if (hasGpu()) {
      found.add(gpu());
    } else if (required()) {
      fail("-Dcuda.required=true, but " + new CudaProvider().reason());
    } else {
      SkipSummary.withoutGpu();
    }
    if (Tools.has("g++")) {
      found.add(host());
    }
    need(!found.isEmpty(), "there is neither a GPU nor a g++");
    return found;
  }
}
