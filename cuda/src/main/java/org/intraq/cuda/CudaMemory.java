package org.intraq.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.kernel.layout.LayoutCuda;
import org.intraq.cuda.kernel.memory.MemoryCuda;
import org.intraq.cuda.launch.DevicePool;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.DType;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.MemoryOps;

/** Device memory: allocation, copies, fills, layout. */
final class CudaMemory implements MemoryOps {
  private static final String UPLOAD = "upload";
  private static final String DOWNLOAD = "download";

  private final CudaContext context;
  private final Checks checks;
  private final Gpu gpu;
  private final DevicePool pool;
  private final MemoryCuda kernel;
  private final LayoutCuda layout;
  private final AtomicLong liveStorages = new AtomicLong();

  CudaMemory(CudaContext context) {
    this.context = context;
    this.checks = context.checks();
    this.gpu = context.gpu();
    this.pool = gpu.pool();
    this.kernel = new MemoryCuda(gpu);
    this.layout = new LayoutCuda(gpu);
  }

  @Override
  public Storage allocate(DType dtype, int length) {
    long address = pool.allocate((long) length * dtype.bytes());
    liveStorages.incrementAndGet();
    return new CudaStorage(context.device(), dtype, length, address);
  }

  @Override
  public void release(Storage storage) {
    if (!(storage instanceof CudaStorage own) || !storage.device().equals(context.device())) {
      throw new IllegalStateException(
          "release: expected a storage on "
              + context.device()
              + ", got one on "
              + storage.device());
    }
    long address = own.detach();
    if (address == 0) {
      throw new IllegalStateException("release: expected a live storage, got one released before");
    }
    pool.release(address);
    liveStorages.decrementAndGet();
  }

  @Override
  public long liveStorages() {
    return liveStorages.get();
  }

  @Override
  public long liveBytes() {
    return pool.liveBytes();
  }

  @Override
  public long peakBytes() {
    return pool.peakBytes();
  }

  @Override
  public void resetPeak() {
    pool.resetPeak();
  }

  @Override
  public void upload(float[] source, int from, Tensor target) {
    long address = checks.floats(UPLOAD, "target", target);
    Objects.checkFromIndexSize(from, target.size(), source.length);
    gpu.staging().upload(part(MemorySegment.ofArray(source), from, target), address);
  }

  @Override
  public void upload(int[] source, int from, Tensor target) {
    long address = checks.intsWritten(UPLOAD, "target", target);
    Objects.checkFromIndexSize(from, target.size(), source.length);
    ((CudaStorage) target.storage())
        .remember(Arrays.copyOfRange(source, from, from + target.size()), target.offset());
    gpu.staging().upload(part(MemorySegment.ofArray(source), from, target), address);
  }

  @Override
  public void upload(byte[] source, int from, Tensor target) {
    long address = checks.address(UPLOAD, "target", byteType(target), target);
    Objects.checkFromIndexSize(from, target.size(), source.length);
    gpu.staging().upload(part(MemorySegment.ofArray(source), from, target), address);
  }

  @Override
  public void download(Tensor source, float[] target, int to) {
    long address = checks.floats(DOWNLOAD, "source", source);
    Objects.checkFromIndexSize(to, source.size(), target.length);
    gpu.staging().download(address, part(MemorySegment.ofArray(target), to, source));
  }

  @Override
  public void download(Tensor source, int[] target, int to) {
    long address = checks.ints(DOWNLOAD, "source", source);
    Objects.checkFromIndexSize(to, source.size(), target.length);
    gpu.staging().download(address, part(MemorySegment.ofArray(target), to, source));
  }

  @Override
  public void download(Tensor source, byte[] target, int to) {
    long address = checks.address(DOWNLOAD, "source", byteType(source), source);
    Objects.checkFromIndexSize(to, source.size(), target.length);
    gpu.staging().download(address, part(MemorySegment.ofArray(target), to, source));
  }

  private static DType byteType(Tensor tensor) {
    return tensor != null && tensor.dtype() == DType.S8 ? DType.S8 : DType.U8;
  }

  private static MemorySegment part(MemorySegment array, int from, Tensor tensor) {
    int bytes = tensor.dtype().bytes();
    return array.asSlice((long) from * bytes, (long) tensor.size() * bytes);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    if (source.dtype() != target.dtype() || source.size() != target.size()) {
      throw Checks.failure("copy", "equal types and sizes", source + " and " + target);
    }
    long from = checks.address("copy", "source", source.dtype(), source);
    long to = checks.address("copy", "target", target.dtype(), target);
    ((CudaStorage) target.storage()).forget();
    long bytes = (long) source.size() * source.dtype().bytes();
    Checks.sameOrApart("copy", "target", target, "source", source);
    if (bytes > 0 && from != to) {
      Driver driver = gpu.driver();
      driver.copyOnDevice(to, from, bytes, gpu.stream());
    }
  }

  @Override
  public void fill(Tensor target, float value) {
    boolean whole = target != null && target.dtype() == DType.S32;
    long address = checks.address("fill", "target", whole ? DType.S32 : DType.F32, target);
    ((CudaStorage) target.storage()).forget();
    kernel.fill(target.size(), whole ? (int) value : Float.floatToRawIntBits(value), address);
  }

  @Override
  public void nchwToNhwc(Tensor x, Tensor y) {
    long from = checks.floats("nchwToNhwc", "x", x);
    long to = checks.floats("nchwToNhwc", "y", y);
    Checks.rank("nchwToNhwc", "x", x, 4);
    int n = x.extent(0);
    int c = x.extent(1);
    Checks.shape("nchwToNhwc", "y", y, n, x.extent(2), x.extent(3), c);
    Checks.apart("nchwToNhwc", "y", y, "x", x);
    layout.transpose(n, c, x.extent(2) * x.extent(3), from, to);
  }

  @Override
  public void nhwcToNchw(Tensor x, Tensor y) {
    long from = checks.floats("nhwcToNchw", "x", x);
    long to = checks.floats("nhwcToNchw", "y", y);
    Checks.rank("nhwcToNchw", "x", x, 4);
    int n = x.extent(0);
    int c = x.extent(3);
    Checks.shape("nhwcToNchw", "y", y, n, c, x.extent(1), x.extent(2));
    Checks.apart("nhwcToNchw", "y", y, "x", x);
    layout.transpose(n, x.extent(1) * x.extent(2), c, from, to);
  }
}
