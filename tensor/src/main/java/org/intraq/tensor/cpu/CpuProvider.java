package org.intraq.tensor.cpu;

import java.util.List;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.BackendProvider;

/** Offers the host processor. */
public final class CpuProvider implements BackendProvider {
  @Override
  public String kind() {
    return "cpu";
  }

  @Override
  public List<String> devices() {
    return List.of(
        "cpu: " + CpuBackend.describe(Runtime.getRuntime().availableProcessors(), Kernels.tier()));
  }

  @Override
  public String reason() {
    return "";
  }

  @Override
  public Backend open(Device device, int threads) {
    if (device.index() != 0) {
      throw new IllegalStateException(
          "device: expected cpu, got '" + device + "'; there is one CPU device");
    }
    return new CpuBackend(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
  }
}
