package org.intraq.cuda;

import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Device;

/** What every role needs: the device, its kernels and memory, and the checks of its arguments. */
record CudaContext(Device device, Gpu gpu, Checks checks, MathMode math) {
  CudaContext(Device device, Gpu gpu) {
    this(device, gpu, new Checks(device), MathMode.chosen(gpu.driver().properties().capability()));
  }

  /** The error of an operation that has no kernel yet. */
  UnsupportedOperationException unwritten(String operation) {
    return new UnsupportedOperationException(
        operation + ": there is no CUDA kernel yet; use --device cpu");
  }
}
