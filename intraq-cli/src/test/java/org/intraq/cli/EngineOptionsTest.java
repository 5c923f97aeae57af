package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.intraq.deploy.QuantizedFixtures;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The engine on devices that lack what it needs. */
final class EngineOptionsTest {
  @CommandLine.Command
  private static final class Host {
    @CommandLine.Mixin private EngineOptions engine;
  }

  @TempDir private Path folder;

  /** A device of which only its name and the roles with defaults are known. */
  private static Backend bare() {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
          }
          return method.getName().equals("device") ? new Device("other", 0) : null;
        };
    Class<?>[] interfaces = {Backend.class};
    return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), interfaces, handler);
  }

  @Test
  void aDeviceWithoutIntegerKernelsIsRefused() {
    var content = QuantizedFixtures.formula(folder.resolve("q"), "resnet20_cifar10", "w4a4", 1);
    Host host = new Host();
    new CommandLine(host).parseArgs("--engine", "INTEGER");
    var refused = assertThrows(UserException.class, () -> host.engine.start(bare(), content, 1));
    assertEquals(
        "--engine integer: other:0 has no integer kernels; leave out --device, or take --engine"
            + " fake",
        refused.getMessage());
  }
}
