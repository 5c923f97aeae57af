package org.intraq.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * What this module needs of the CUDA driver, for one device.
 *
 * <p>Addresses are plain numbers, sizes are bytes. Everything that takes a {@link Stream} is
 * submitted to it and may run later; an error may then be reported by a later call. Every method
 * throws {@link CudaException}.
 *
 * <p>There is one implementation on JCuda, and one in the tests that runs kernels on the host.
 */
public interface Driver extends AutoCloseable {
  /** A queue of work, run in order. */
  interface Stream {}

  /** A point in a stream. */
  interface Event {}

  /** Loaded code. */
  interface Module {}

  /** A kernel of a module. */
  interface Function {}

  /** Captured work, ready to be launched again and again. */
  interface Graph {}

  /** The device. */
  DeviceProperties properties();

  /** Bytes that an allocation may still get. */
  long freeBytes();

  /**
   * Device memory, aligned to 256 bytes, contents undefined.
   *
   * @throws OutOfDeviceMemoryException if there is not enough
   */
  long allocate(long bytes);

  /** Gives memory of {@link #allocate} back. */
  void free(long address);

  /** Page-locked host memory, which copies need to run beside the host. */
  MemorySegment allocatePinned(long bytes);

  /** Gives memory of {@link #allocatePinned} back. */
  void freePinned(MemorySegment memory);

  /** Copies {@code source}, pinned, to the device. */
  void copyToDevice(long target, MemorySegment source, Stream stream);

  /** Copies {@code target.byteSize()} bytes to {@code target}, pinned. */
  void copyToHost(MemorySegment target, long source, Stream stream);

  /** Copies within the device. */
  void copyOnDevice(long target, long source, long bytes, Stream stream);

  /** Sets bytes. */
  void fill(long target, byte value, long bytes, Stream stream);

  /** Loads the code of a kernel source that suits the device. */
  Module load(KernelSource source);

  /** A kernel by name. */
  Function function(Module module, String name);

  /** Lets a kernel use more dynamic shared memory than the 48 KiB that are always there. */
  void allowSharedBytes(Function function, int bytes);

  /** Submits a kernel; extents are positive. */
  void launch(Function function, Extent grid, Extent block, int shared, Stream stream, Args args);

  /** A new stream, independent of others. */
  Stream createStream();

  /** Gives a stream back when its work is done. */
  void destroy(Stream stream);

  /** Waits until everything submitted to the stream has run. */
  void synchronize(Stream stream);

  /** A new event, recorded nowhere. */
  Event createEvent();

  /** Gives an event back. */
  void destroy(Event event);

  /** Marks the present end of the stream. */
  void record(Event event, Stream stream);

  /** Makes later work of the stream wait for the event, without the host waiting. */
  void await(Stream stream, Event event);

  /** Makes the host wait for the event. */
  void synchronize(Event event);

  /** Milliseconds between two events that have happened. */
  float milliseconds(Event from, Event to);

  /** From now on work submitted to the stream is kept instead of run. */
  void beginCapture(Stream stream);

  /** Ends {@link #beginCapture} and makes what was kept ready to launch. */
  Graph endCapture(Stream stream);

  /** Submits a graph as one piece of work. */
  void launch(Graph graph, Stream stream);

  /** Gives a graph back. */
  void destroy(Graph graph);

  @Override
  void close();
}
