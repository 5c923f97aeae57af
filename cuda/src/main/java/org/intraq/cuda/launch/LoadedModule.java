package org.intraq.cuda.launch;

import java.util.HashMap;
import java.util.Map;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.KernelSource;

/** The kernels of one {@code .cu} file on one device; loaded and looked up at first use. */
public final class LoadedModule {
  private final Gpu gpu;
  private final KernelSource source;
  private final Map<String, Kernel> kernels = new HashMap<>();
  private Driver.Module module;

  LoadedModule(Gpu gpu, KernelSource source) {
    this.gpu = gpu;
    this.source = source;
  }

  /** A launch of the kernel {@code name}, to be completed. */
  public Launch launch(String name) {
    return new Launch(gpu, source.name() + "." + name, kernel(name));
  }

  private synchronized Kernel kernel(String name) {
    if (module == null) {
      module = gpu.pool().trimming(() -> gpu.driver().load(source));
    }
    return kernels.computeIfAbsent(name, key -> new Kernel(gpu.driver().function(module, key)));
  }

  /** A kernel, and the most dynamic shared memory that it has been allowed so far. */
  static final class Kernel {
    /**
     * What needs no permission. The limit, 48 KiB, holds for static and dynamic memory together,
     * and how much a kernel has of the first is not known here.
     */
    private static final int WITHOUT_ASKING = 16 << 10;

    private final Driver.Function function;
    private int allowed = WITHOUT_ASKING;

    Kernel(Driver.Function function) {
      this.function = function;
    }

    Driver.Function function() {
      return function;
    }

    synchronized void allowShared(Driver driver, int bytes) {
      if (bytes > allowed) {
        driver.allowSharedBytes(function, bytes);
        allowed = bytes;
      }
    }
  }
}
