package org.intraq.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * {@link Driver} on JCuda, in the primary context of a device. Any thread may call it: each call
 * makes the context current first.
 */
public final class JcudaDriver implements Driver {
  private record CudaStream(CUstream handle) implements Stream {}

  private record CudaEvent(CUevent handle) implements Event {}

  private record CudaModule(CUmodule handle) implements Module {}

  private record CudaFunction(CUfunction handle) implements Function {}

  private record CudaGraph(CUgraph graph, CUgraphExec handle) implements Graph {}

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final DeviceProperties properties;
  private final Map<Long, Pointer> pinned = new ConcurrentHashMap<>();

  /** Opens a device; loads the native library on first use. */
  public JcudaDriver(int ordinal) {
    check("cuInit", JCudaDriver.cuInit(0));
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
    properties = properties(device);
    check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
  }

  /** Number of devices; an {@link UnsatisfiedLinkError} if there is no driver. */
  public static int count() {
    check("cuInit", JCudaDriver.cuInit(0));
    int[] count = new int[1];
    check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
    return count[0];
  }

  /** What a device is, without opening it. */
  public static DeviceProperties properties(int ordinal) {
    check("cuInit", JCudaDriver.cuInit(0));
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
    return properties(device);
  }

  private static DeviceProperties properties(CUdevice device) {
    byte[] name = new byte[256];
    check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    long[] bytes = new long[1];
    check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device));
    int[] version = new int[1];
    check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
    return new DeviceProperties(
        new String(name, 0, length, StandardCharsets.UTF_8),
        10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        bytes[0],
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
        version[0]);
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
    return value[0];
  }

  @Override
  public DeviceProperties properties() {
    return properties;
  }

  @Override
  public long freeBytes() {
    enter();
    long[] free = new long[1];
    check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0];
  }

  @Override
  public long allocate(long bytes) {
    enter();
    Address address = new Address();
    int result = JCudaDriver.cuMemAlloc(address, bytes);
    check("cuMemAlloc of " + bytes + " bytes", result);
    return address.value();
  }

  @Override
  public void free(long address) {
    enter();
    check("cuMemFree", JCudaDriver.cuMemFree(new Address(address)));
  }

  @Override
  public MemorySegment allocatePinned(long bytes) {
    enter();
    Pointer pointer = new Pointer();
    check("cuMemAllocHost", JCudaDriver.cuMemAllocHost(pointer, bytes));
    MemorySegment memory = MemorySegment.ofBuffer(pointer.getByteBuffer(0, bytes));
    pinned.put(memory.address(), pointer);
    return memory;
  }

  @Override
  public void freePinned(MemorySegment memory) {
    enter();
    check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pinned.remove(memory.address())));
  }

  @Override
  public void copyToDevice(long target, MemorySegment source, Stream stream) {
    enter();
    check(
        "cuMemcpyHtoDAsync",
        JCudaDriver.cuMemcpyHtoDAsync(
            new Address(target), host(source), source.byteSize(), handle(stream)));
  }

  @Override
  public void copyToHost(MemorySegment target, long source, Stream stream) {
    enter();
    check(
        "cuMemcpyDtoHAsync",
        JCudaDriver.cuMemcpyDtoHAsync(
            host(target), new Address(source), target.byteSize(), handle(stream)));
  }

  private static Pointer host(MemorySegment memory) {
    ByteBuffer buffer = memory.asByteBuffer();
    return Pointer.to(buffer);
  }

  @Override
  public void copyOnDevice(long target, long source, long bytes, Stream stream) {
    enter();
    check(
        "cuMemcpyDtoDAsync",
        JCudaDriver.cuMemcpyDtoDAsync(
            new Address(target), new Address(source), bytes, handle(stream)));
  }

  @Override
  public void fill(long target, byte value, long bytes, Stream stream) {
    enter();
    check(
        "cuMemsetD8Async",
        JCudaDriver.cuMemsetD8Async(new Address(target), value, bytes, handle(stream)));
  }

  @Override
  public Module load(KernelSource source) {
    enter();
    // The driver reads up to the zero.
    byte[] ptx = (source.ptx(properties.capability()) + '\0').getBytes(StandardCharsets.UTF_8);
    CUmodule module = new CUmodule();
    check("cuModuleLoadData of " + source.name(), JCudaDriver.cuModuleLoadData(module, ptx));
    return new CudaModule(module);
  }

  @Override
  public Function function(Module module, String name) {
    enter();
    CUfunction function = new CUfunction();
    check(
        "cuModuleGetFunction of " + name,
        JCudaDriver.cuModuleGetFunction(function, ((CudaModule) module).handle(), name));
    return new CudaFunction(function);
  }

  @Override
  public void allowSharedBytes(Function function, int bytes) {
    enter();
    check(
        "cuFuncSetAttribute",
        JCudaDriver.cuFuncSetAttribute(
            ((CudaFunction) function).handle(),
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
            bytes));
  }

  @Override
  public void launch(
      Function function, Extent grid, Extent block, int shared, Stream stream, Args args) {
    enter();
    Pointer[] pointers = new Pointer[args.values().size()];
    for (int i = 0; i < pointers.length; i++) {
      pointers[i] =
          switch (args.values().get(i)) {
            case long[] words -> Pointer.to(words);
            case int[] words -> Pointer.to(words);
            case float[] words -> Pointer.to(words);
            default -> throw new IllegalStateException("launch: unknown kind of argument");
          };
    }
    check(
        "cuLaunchKernel",
        JCudaDriver.cuLaunchKernel(
            ((CudaFunction) function).handle(),
            grid.x(),
            grid.y(),
            grid.z(),
            block.x(),
            block.y(),
            block.z(),
            shared,
            handle(stream),
            Pointer.to(pointers),
            null));
  }

  @Override
  public Stream createStream() {
    enter();
    CUstream stream = new CUstream();
    check(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    return new CudaStream(stream);
  }

  @Override
  public void destroy(Stream stream) {
    enter();
    check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(handle(stream)));
  }

  @Override
  public void synchronize(Stream stream) {
    enter();
    check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(handle(stream)));
  }

  @Override
  public Event createEvent() {
    enter();
    CUevent event = new CUevent();
    check("cuEventCreate", JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT));
    return new CudaEvent(event);
  }

  @Override
  public void destroy(Event event) {
    enter();
    check("cuEventDestroy", JCudaDriver.cuEventDestroy(handle(event)));
  }

  @Override
  public void record(Event event, Stream stream) {
    enter();
    check("cuEventRecord", JCudaDriver.cuEventRecord(handle(event), handle(stream)));
  }

  @Override
  public void await(Stream stream, Event event) {
    enter();
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(handle(stream), handle(event), 0));
  }

  @Override
  public void synchronize(Event event) {
    enter();
    check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(handle(event)));
  }

  @Override
  public float milliseconds(Event from, Event to) {
    enter();
    float[] time = new float[1];
    check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(time, handle(from), handle(to)));
    return time[0];
  }

  @Override
  public void beginCapture(Stream stream) {
    enter();
    // Relaxed: the pool may have to allocate while a step is captured.
    check(
        "cuStreamBeginCapture",
        JCudaDriver.cuStreamBeginCapture(
            handle(stream), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
  }

  @Override
  public Graph endCapture(Stream stream) {
    enter();
    CUgraph graph = new CUgraph();
    check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(handle(stream), graph));
    CUgraphExec executable = new CUgraphExec();
    int status = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
    if (status != CUresult.CUDA_SUCCESS) {
      JCudaDriver.cuGraphDestroy(graph);
    }
    check("cuGraphInstantiate", status);
    return new CudaGraph(graph, executable);
  }

  @Override
  public void launch(Graph graph, Stream stream) {
    enter();
    check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(((CudaGraph) graph).handle(), handle(stream)));
  }

  @Override
  public void destroy(Graph graph) {
    enter();
    check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(((CudaGraph) graph).handle()));
    check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(((CudaGraph) graph).graph()));
  }

  @Override
  public void close() {
    check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device));
  }

  private void enter() {
    check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
  }

  private static CUstream handle(Stream stream) {
    return ((CudaStream) stream).handle();
  }

  private static CUevent handle(Event event) {
    return ((CudaEvent) event).handle();
  }

  private static void check(String call, int result) {
    if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(
          call + ": out of GPU memory; try a smaller batch (--batch), or --device cpu");
    }
    if (result != CUresult.CUDA_SUCCESS) {
      String[] text = new String[1];
      JCudaDriver.cuGetErrorString(result, text);
      throw new CudaException(call + ": " + CUresult.stringFor(result) + ", " + text[0]);
    }
  }
}
