package org.intraq.cuda.launch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.KernelSource;

/** One device: its driver, stream, memory, and the modules loaded so far. */
public final class Gpu implements AutoCloseable {
  private final Driver driver;
  private boolean closed;
  private final Driver.Stream stream;
  private final DevicePool pool;
  private final Staging staging;
  private final Map<Class<?>, LoadedModule> modules = new ConcurrentHashMap<>();

  /** Takes {@code driver} over and closes it in the end. */
  public Gpu(Driver driver) {
    this(driver, DevicePool::sizeClass);
  }

  /** As above with other capacities of the pool's buffers: exact ones make canaries sharp. */
  public Gpu(Driver driver, LongUnaryOperator capacity) {
    this.driver = driver;
    this.stream = driver.createStream();
    this.pool = new DevicePool(driver, capacity);
    this.staging = new Staging(driver, stream, pool);
  }

  /** Its memory. */
  public DevicePool pool() {
    return pool;
  }

  /** Copies from and to Java arrays. */
  public Staging staging() {
    return staging;
  }

  /** The driver. */
  public Driver driver() {
    return driver;
  }

  /** The stream that all kernels and copies of this device run on, in order. */
  public Driver.Stream stream() {
    return stream;
  }

  /** The kernels of the {@code .cu} file beside {@code launcher}; loaded at the first launch. */
  public LoadedModule module(Class<?> launcher) {
    return modules.computeIfAbsent(launcher, key -> new LoadedModule(this, new KernelSource(key)));
  }

  /** Waits for everything submitted. */
  public void synchronize() {
    driver.synchronize(stream);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    synchronize();
    staging.close();
    pool.trim();
    driver.destroy(stream);
    driver.close();
  }
}
