package org.intraq.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.tensor.backend.BackendProvider;
import org.intraq.tensor.backend.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code intraq devices}: what {@code --device} may name on this machine. */
@Command(
    name = "devices",
    description = "Lists the devices that this machine has.",
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  @Mixin private CommonOptions.OutputOptions output;

  @Override
  public Integer call() {
    output.start();
    List<Map<String, Object>> kinds = new ArrayList<>();
    for (BackendProvider provider : Devices.providers()) {
      Map<String, Object> kind = new LinkedHashMap<>();
      kind.put("kind", provider.kind());
      kind.put("devices", provider.devices());
      kind.put("reason", provider.reason());
      kinds.add(kind);
      if (!output.json()) {
        print(provider);
      }
    }
    if (output.json()) {
      output.printJson(Map.of("backends", kinds));
    }
    return 0;
  }

  private void print(BackendProvider provider) {
    for (String device : provider.devices()) {
      output.out().println(provider.kind() + "  " + device);
    }
    if (!provider.reason().isEmpty()) {
      output.out().println(provider.kind() + "  (" + provider.reason() + ")");
    }
  }
}
