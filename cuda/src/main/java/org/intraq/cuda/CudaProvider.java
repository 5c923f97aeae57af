package org.intraq.cuda;

import java.util.ArrayList;
import java.util.List;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.JcudaDriver;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.BackendProvider;

/** Offers the GPUs of this machine; touches no native library before it is asked for them. */
public final class CudaProvider implements BackendProvider {
  private static final String NO_DRIVER =
      "no NVIDIA driver was found; install one for CUDA 12 or newer to use a GPU";

  /** Oldest driver that takes PTX 8.0, as 12000 for CUDA 12.0. */
  private static final int OLDEST_DRIVER = 12_000;

  private static final int OLDEST_CAPABILITY = 75;

  private record Found(List<String> devices, String reason) {}

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public List<String> devices() {
    return find().devices();
  }

  @Override
  public String reason() {
    return find().reason();
  }

  private static Found find() {
    try {
      List<String> lines = new ArrayList<>();
      String reason = "";
      for (int i = 0; i < JcudaDriver.count(); i++) {
        var properties = JcudaDriver.properties(i);
        if (properties.driverVersion() < OLDEST_DRIVER) {
          reason = "the NVIDIA driver is older than CUDA 12; update it to use the GPU";
        } else if (properties.capability() < OLDEST_CAPABILITY) {
          reason = "GPUs older than sm_75 (Turing) are not supported: " + properties;
        } else {
          lines.add("cuda:" + i + ": " + properties);
        }
      }
      return new Found(
          lines, lines.isEmpty() && reason.isEmpty() ? "the NVIDIA driver found no GPU" : reason);
    } catch (LinkageError e) {
      return new Found(List.of(), NO_DRIVER);
    } catch (CudaException e) {
      return new Found(List.of(), "the NVIDIA driver reports an error: " + e.getMessage());
    }
  }

  @Override
  public Backend open(Device device, int threads) {
    Found found = find();
    String line = "cuda:" + device.index() + ":";
    if (found.devices().stream().noneMatch(one -> one.startsWith(line))) {
      throw new IllegalStateException(
          "device: no GPU "
              + device
              + ": "
              + (found.devices().isEmpty() ? found.reason() : "there is only " + found.devices())
              + "; --device cpu runs everywhere");
    }
    return new CudaBackend(device, new JcudaDriver(device.index()));
  }
}
