package org.intraq.cuda.launch;

import java.util.HashMap;
import java.util.Map;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.KernelSource;

/** The kernels of one {@code .cu} file on one device; loaded and looked up at first use. */
public final class LoadedModule {
  private final Gpu gpu;
  private final KernelSource source;
  private final Map<String, Driver.Function> functions = new HashMap<>();
  private Driver.Module module;

  LoadedModule(Gpu gpu, KernelSource source) {
    this.gpu = gpu;
    this.source = source;
  }

  /** A launch of the kernel {@code name}, to be completed. */
  public Launch launch(String name) {
    return new Launch(gpu, source.name() + "." + name, function(name));
  }

  private synchronized Driver.Function function(String name) {
    if (module == null) {
      module = gpu.driver().load(source);
    }
    return functions.computeIfAbsent(name, key -> gpu.driver().function(module, key));
  }
}
