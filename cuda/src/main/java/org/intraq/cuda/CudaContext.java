package org.intraq.cuda;

import java.util.function.LongUnaryOperator;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Device;

/** What every role needs: the device, its kernels and memory, and the checks of its arguments. */
record CudaContext(Device device, Gpu gpu, Checks checks, MathMode math) {
  /**
   * Opens what a backend needs on {@code driver}. The mode is chosen first: a device that cannot
   * have it is then left as it was, without a stream and a context that nobody would close.
   */
  static CudaContext open(Device device, Driver driver, LongUnaryOperator capacity) {
    try {
      MathMode math = MathMode.chosen(driver.properties().capability());
      return new CudaContext(device, new Gpu(driver, capacity), new Checks(device), math);
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }
}
