package org.intraq.cuda;

import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Device;

/** What every role needs: the device, its kernels and memory, and the checks of its arguments. */
record CudaContext(Device device, Gpu gpu, Checks checks, MathMode math) {
  CudaContext(Device device, Gpu gpu) {
    this(device, gpu, new Checks(device), MathMode.chosen(gpu.driver().properties().capability()));
  }
}
