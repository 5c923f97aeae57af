package org.intraq.cuda;

import java.lang.foreign.MemorySegment;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.Tensor;

/** Integers that an operation checks on the host: labels, boxes. */
record HostInts(Gpu gpu, Checks checks) {
  /**
   * The elements of a tensor: those that were uploaded, else copied from the device, which waits
   * for it.
   */
  int[] of(String operation, String name, Tensor tensor) {
    long address = checks.ints(operation, name, tensor);
    int[] values = ((CudaStorage) tensor.storage()).known(tensor.offset(), tensor.size());
    if (values == null) {
      values = new int[tensor.size()];
      gpu.staging().download(address, MemorySegment.ofArray(values));
    }
    return values;
  }
}
