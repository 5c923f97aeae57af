package org.intraq.tensor.backend;

import java.util.List;
import org.intraq.tensor.Device;

/** Found by {@link java.util.ServiceLoader}: a kind of device that this installation can use. */
public interface BackendProvider {
  /** The kind in {@link Device#kind()}: {@code cpu}, {@code cuda}. */
  String kind();

  /** One line for each device there is: ordinal, name, memory. Empty if there is none. */
  List<String> devices();

  /**
   * Why {@link #devices()} is empty or what is limited, as one sentence for users; empty if all is
   * well.
   */
  String reason();

  /**
   * Opens a device.
   *
   * @param threads host threads to work with; 0 for the number of cores
   * @throws IllegalStateException if the device is not there, saying why and what to do
   */
  Backend open(Device device, int threads);
}
