package org.intraq.tensor.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.intraq.tensor.Device;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds devices and opens their backends; logs what was chosen and why. */
public final class Devices {
  /**
   * The system property that says what products and convolutions of the GPUs opened from then on
   * calculate with: f32 (exact, the default), tf32 or bf16.
   */
  public static final String GPU_MATH = "intraq.cuda.math";

  private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

  private Devices() {}

  /** The providers on the class path, in no particular order. */
  public static List<BackendProvider> providers() {
    List<BackendProvider> found = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class).forEach(found::add);
    return found;
  }

  /**
   * Opens {@code device}; never another one in its place.
   *
   * @param threads host threads; 0 for the number of cores
   * @throws IllegalArgumentException if no provider of that kind is on the class path
   * @throws IllegalStateException if the device cannot be opened, with the reason
   */
  public static Backend open(Device device, int threads) {
    List<String> kinds = new ArrayList<>();
    for (BackendProvider provider : providers()) {
      kinds.add(provider.kind());
      if (provider.kind().equals(device.kind())) {
        Backend backend = provider.open(device, threads);
        LOG.debug("device {}: as asked for; {}", device, backend.describe());
        return backend;
      }
    }
    throw new IllegalArgumentException(
        "device: expected one of "
            + kinds
            + ", got '"
            + device.kind()
            + "'; 'intraq devices' lists what this machine has");
  }
}
