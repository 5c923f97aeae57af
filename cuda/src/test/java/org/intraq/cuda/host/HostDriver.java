package org.intraq.cuda.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.intraq.cuda.driver.Args;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.DeviceProperties;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.driver.KernelSource;
import org.intraq.cuda.driver.OutOfDeviceMemoryException;

/**
 * A device that is the host: memory with canaries on both sides of every buffer, kernels as g++
 * compiles them.
 *
 * <p>A launch checks that the arguments are those of the kernel's parameters, that every address
 * lies in a live buffer, and afterwards that no canary was written. New memory holds NaN, and so do
 * canaries: what is read outside or before it was written spoils the result. Successive launches
 * run the threads of a block forwards, backwards and scattered, so that a missing barrier shows.
 */
@SuppressWarnings("MustBeClosedChecker") // arenas are kept with their buffers and closed with them
public final class HostDriver implements Driver {
  private static final long CANARY = 256;

  /** A NaN as a float at every even offset. */
  private static final short PATTERN = (short) 0xFFC1;

  private record Buffer(Arena arena, MemorySegment all, long bytes) {}

  private static final class HostStream implements Stream {
    List<Runnable> captured;
  }

  private static final class HostEvent implements Event {
    long nanos;
  }

  private record HostGraph(List<Runnable> work) implements Graph {}

  private static final int UNASKED_SHARED = 16 << 10;

  private final TreeMap<Long, Buffer> buffers = new TreeMap<>();
  private final Map<Long, Arena> pinned = new TreeMap<>();
  private final Map<Function, Integer> allowedShared = new IdentityHashMap<>();
  private final long memoryBytes;
  private final DeviceProperties properties;
  private long used;
  private int launches;
  private int graphLaunches;
  private boolean closed;

  /** A device of 1 GiB and capability 8.0. */
  public HostDriver() {
    this(1L << 30);
  }

  /** A device with this much memory. */
  public HostDriver(long memoryBytes) {
    this(memoryBytes, 80, 163 << 10);
  }

  private HostDriver(long memoryBytes, int capability, int shared) {
    this.memoryBytes = memoryBytes;
    this.properties = new DeviceProperties("host shim", capability, memoryBytes, 4, shared, 12_000);
  }

  /** A device of capability 9.0, with its shared memory. */
  public static HostDriver hopper() {
    return new HostDriver(1L << 30, 90, 227 << 10);
  }

  /** A device of capability 7.5, without tensor cores for f32. */
  public static HostDriver turing() {
    return new HostDriver(1L << 30, 75, 64 << 10);
  }

  /** Whether {@link #close} has been called. */
  public synchronized boolean closed() {
    return closed;
  }

  @Override
  public DeviceProperties properties() {
    return properties;
  }

  @Override
  public synchronized long freeBytes() {
    return memoryBytes - used;
  }

  /** Buffers allocated and not freed. */
  public synchronized int liveBuffers() {
    return buffers.size();
  }

  /** Kernels launched so far. */
  public synchronized int launches() {
    return launches;
  }

  /** Graphs launched so far. */
  public synchronized int graphLaunches() {
    return graphLaunches;
  }

  @Override
  public synchronized long allocate(long bytes) {
    if (bytes > memoryBytes - used) {
      throw new OutOfDeviceMemoryException("cuMemAlloc: " + bytes + " bytes");
    }
    Arena arena = Arena.ofShared();
    MemorySegment all = arena.allocate(bytes + 2 * CANARY + 1, 256);
    for (long i = 0; i + 1 < all.byteSize(); i += 2) {
      all.set(ValueLayout.JAVA_SHORT_UNALIGNED, i, PATTERN);
    }
    long address = all.address() + CANARY;
    buffers.put(address, new Buffer(arena, all, bytes));
    used += bytes;
    return address;
  }

  @Override
  public synchronized void free(long address) {
    Buffer buffer = buffers.remove(address);
    if (buffer == null) {
      throw new CudaException("cuMemFree: no buffer starts at 0x" + Long.toHexString(address));
    }
    checkCanaries(buffer);
    used -= buffer.bytes;
    buffer.arena.close();
  }

  private static void checkCanaries(Buffer buffer) {
    long end = buffer.all.byteSize();
    for (long i = 0; i < end; i++) {
      if (i == CANARY) {
        i += buffer.bytes;
      }
      byte expected = (byte) ((i & 1) == 0 ? PATTERN : PATTERN >> 8);
      if (i < end - 1 && buffer.all.get(ValueLayout.JAVA_BYTE, i) != expected) {
        throw new CudaException(
            "write outside a buffer: at byte "
                + (i - CANARY)
                + " of one of "
                + buffer.bytes
                + " bytes");
      }
    }
  }

  /** The bytes of the device from {@code address} on, which must lie in one buffer. */
  private MemorySegment window(String call, long address, long bytes) {
    Map.Entry<Long, Buffer> entry = buffers.floorEntry(address);
    if (entry == null || address + bytes > entry.getKey() + entry.getValue().bytes) {
      throw new CudaException(
          call
              + ": "
              + bytes
              + " bytes at 0x"
              + Long.toHexString(address)
              + " lie in no live buffer"
              + (entry == null
                  ? ""
                  : "; the one before it starts at 0x"
                      + Long.toHexString(entry.getKey())
                      + " with "
                      + entry.getValue().bytes
                      + " bytes"));
    }
    return entry.getValue().all.asSlice(CANARY + address - entry.getKey(), bytes);
  }

  @Override
  public synchronized MemorySegment allocatePinned(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(bytes, 64);
    pinned.put(memory.address(), arena);
    return memory;
  }

  @Override
  public synchronized void freePinned(MemorySegment memory) {
    pinned.remove(memory.address()).close();
  }

  @Override
  public synchronized void copyToDevice(long target, MemorySegment source, Stream stream) {
    notCapturing("cuMemcpyHtoDAsync", stream);
    window("cuMemcpyHtoDAsync", target, source.byteSize()).copyFrom(source);
  }

  @Override
  public synchronized void copyToHost(MemorySegment target, long source, Stream stream) {
    notCapturing("cuMemcpyDtoHAsync", stream);
    target.copyFrom(window("cuMemcpyDtoHAsync", source, target.byteSize()));
  }

  @Override
  public synchronized void copyOnDevice(long target, long source, long bytes, Stream stream) {
    submit(
        stream,
        () ->
            window("cuMemcpyDtoDAsync", target, bytes)
                .copyFrom(window("cuMemcpyDtoDAsync", source, bytes)));
  }

  @Override
  public synchronized void fill(long target, byte value, long bytes, Stream stream) {
    submit(stream, () -> window("cuMemsetD8Async", target, bytes).fill(value));
  }

  @Override
  public Module load(KernelSource source) {
    return HostLibrary.load(source);
  }

  @Override
  public Function function(Module module, String name) {
    return ((HostLibrary) module).kernel(name);
  }

  @Override
  public synchronized void allowSharedBytes(Function function, int bytes) {
    allowedShared.put(function, bytes);
  }

  @Override
  public synchronized void launch(
      Function function, Extent grid, Extent block, int shared, Stream stream, Args args) {
    HostLibrary.Kernel kernel = (HostLibrary.Kernel) function;
    if (!kernel.signature().equals(args.signature())) {
      throw new CudaException(
          "cuLaunchKernel: expected arguments of kinds "
              + kernel.signature()
              + ", got "
              + args.signature());
    }
    if (grid.count() < 1 || block.count() < 1 || block.count() > 1024) {
      throw new CudaException("cuLaunchKernel: invalid geometry");
    }
    // A device refuses more than 48 KiB of dynamic and static memory together; the latter may be
    // 32.
    if (shared > allowedShared.getOrDefault(function, UNASKED_SHARED)) {
      throw new CudaException("cuLaunchKernel: " + shared + " bytes of shared memory, not allowed");
    }
    submit(stream, () -> run(kernel, grid, block, shared, args));
  }

  private void run(HostLibrary.Kernel kernel, Extent grid, Extent block, int shared, Args args) {
    List<Buffer> used = new ArrayList<>();
    for (int i = 0; i < args.values().size(); i++) {
      if (pointerAt(args.signature(), i) && ((long[]) args.values().get(i))[0] != 0) {
        long address = ((long[]) args.values().get(i))[0];
        window("cuLaunchKernel: argument " + i, address, 0);
        used.add(buffers.floorEntry(address).getValue());
      }
    }
    kernel.library().run(kernel, grid, block, shared, args, launches++ % 3);
    used.forEach(HostDriver::checkCanaries);
  }

  /** Whether argument {@code index} is a pointer; s(n) is one argument. */
  private static boolean pointerAt(String signature, int index) {
    return signature.replaceAll("\\(\\d+\\)", "").charAt(index) == 'p';
  }

  @Override
  public Stream createStream() {
    return new HostStream();
  }

  @Override
  public void destroy(Stream stream) {}

  @Override
  public void synchronize(Stream stream) {
    notCapturing("cuStreamSynchronize", stream);
  }

  @Override
  public Event createEvent() {
    return new HostEvent();
  }

  @Override
  public void destroy(Event event) {}

  @Override
  public void record(Event event, Stream stream) {
    ((HostEvent) event).nanos = System.nanoTime();
  }

  @Override
  public void await(Stream stream, Event event) {}

  @Override
  public void synchronize(Event event) {}

  @Override
  public float milliseconds(Event from, Event to) {
    return (((HostEvent) to).nanos - ((HostEvent) from).nanos) / 1e6f;
  }

  @Override
  public void beginCapture(Stream stream) {
    notCapturing("cuStreamBeginCapture", stream);
    ((HostStream) stream).captured = new ArrayList<>();
  }

  @Override
  public Graph endCapture(Stream stream) {
    HostStream host = (HostStream) stream;
    if (host.captured == null) {
      throw new CudaException("cuStreamEndCapture: no capture has begun");
    }
    Graph graph = new HostGraph(host.captured);
    host.captured = null;
    return graph;
  }

  @Override
  public synchronized void launch(Graph graph, Stream stream) {
    graphLaunches++;
    ((HostGraph) graph).work.forEach(Runnable::run);
  }

  @Override
  public void destroy(Graph graph) {}

  private static void submit(Stream stream, Runnable work) {
    List<Runnable> captured = ((HostStream) stream).captured;
    if (captured == null) {
      work.run();
    } else {
      captured.add(work);
    }
  }

  private static void notCapturing(String call, Stream stream) {
    if (((HostStream) stream).captured != null) {
      throw new CudaException(call + ": not allowed while a stream is captured");
    }
  }

  @Override
  public synchronized void close() {
    buffers.values().forEach(HostDriver::checkCanaries);
    buffers.values().forEach(buffer -> buffer.arena.close());
    buffers.clear();
    pinned.values().forEach(Arena::close);
    pinned.clear();
    closed = true;
  }
}
