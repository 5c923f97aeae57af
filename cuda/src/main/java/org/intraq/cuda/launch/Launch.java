package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Args;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.Extent;

/**
 * One launch: geometry, then the arguments in the order of the kernel's parameters, then {@link
 * #run}. A failure names kernel, geometry and arguments.
 */
public final class Launch {
  private final Gpu gpu;
  private final String name;
  private final LoadedModule.Kernel kernel;
  private final Args args = new Args();
  private Extent grid = Extent.of(1);
  private Extent block = Extent.of(Geometry.BLOCK);
  private int shared;

  Launch(Gpu gpu, String name, LoadedModule.Kernel kernel) {
    this.gpu = gpu;
    this.name = name;
    this.kernel = kernel;
  }

  /** Blocks; one of zero makes {@link #run} do nothing. */
  public Launch grid(Extent blocks) {
    this.grid = blocks;
    return this;
  }

  /** Threads of a block; {@link Geometry#BLOCK} if not called. */
  public Launch block(Extent threads) {
    this.block = threads;
    return this;
  }

  /** Bytes of dynamic shared memory. */
  public Launch shared(int bytes) {
    this.shared = bytes;
    return this;
  }

  /** A device address; 0 is a null pointer. */
  public Launch pointer(long address) {
    args.pointer(address);
    return this;
  }

  /** An int. */
  public Launch integer(int value) {
    args.integer(value);
    return this;
  }

  /** A long long. */
  public Launch wide(long value) {
    args.wide(value);
    return this;
  }

  /** A float. */
  public Launch real(float value) {
    args.real(value);
    return this;
  }

  /** A structure of ints, by value. */
  public Launch struct(int... fields) {
    args.struct(fields);
    return this;
  }

  /** Submits the launch to the device's stream. */
  public void run() {
    if (grid.count() == 0) {
      return;
    }
    try {
      check();
      kernel.allowShared(gpu.driver(), shared);
      gpu.driver().launch(kernel.function(), grid, block, shared, gpu.stream(), args);
    } catch (CudaException e) {
      throw new CudaException(this + ": " + e.getMessage(), e);
    }
  }

  private void check() {
    boolean gridFits = grid.y() <= Geometry.MOST_YZ && grid.z() <= Geometry.MOST_YZ;
    if (!gridFits || block.count() < 1 || block.count() > 1024 || block.z() > 64) {
      throw new CudaException(
          "expected a grid of at most 65535 along y and z and a block of 1 to 1024 threads");
    }
    if (shared > gpu.driver().properties().sharedBytes()) {
      throw new CudaException(
          "expected at most "
              + gpu.driver().properties().sharedBytes()
              + " bytes of shared memory, got "
              + shared);
    }
  }

  @Override
  public String toString() {
    return "kernel "
        + name
        + ", grid "
        + grid
        + ", block "
        + block
        + ", "
        + shared
        + " shared bytes, arguments "
        + args;
  }
}
