package org.intraq.tensor.cpu;

import java.util.Arrays;
import org.intraq.tensor.DType;
import org.intraq.tensor.HeapStorage;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.kernel.layout.BatchTranspose;
import org.intraq.tensor.parallel.Workers;

/** Java arrays as device memory. */
final class CpuMemory implements MemoryOps {
  private final BufferPool pool = new BufferPool();
  private final BatchTranspose transpose;

  CpuMemory(Workers workers) {
    this.transpose = Kernels.batchTranspose(workers);
  }

  @Override
  public Storage allocate(DType dtype, int length) {
    return pool.allocate(dtype, length);
  }

  @Override
  public void release(Storage storage) {
    pool.release((HeapStorage) storage);
  }

  @Override
  public long liveStorages() {
    return pool.liveStorages();
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
    System.arraycopy(source, from, target.floats(), target.offset(), target.size());
  }

  @Override
  public void upload(int[] source, int from, Tensor target) {
    System.arraycopy(source, from, target.ints(), target.offset(), target.size());
  }

  @Override
  public void upload(byte[] source, int from, Tensor target) {
    System.arraycopy(source, from, target.bytes(), target.offset(), target.size());
  }

  @Override
  public void download(Tensor source, float[] target, int to) {
    System.arraycopy(source.floats(), source.offset(), target, to, source.size());
  }

  @Override
  public void download(Tensor source, int[] target, int to) {
    System.arraycopy(source.ints(), source.offset(), target, to, source.size());
  }

  @Override
  public void download(Tensor source, byte[] target, int to) {
    System.arraycopy(source.bytes(), source.offset(), target, to, source.size());
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    if (source.dtype() != target.dtype() || source.size() != target.size()) {
      throw new IllegalArgumentException(
          "copy: expected equal types and sizes, got " + source + " and " + target);
    }
    switch (source.dtype()) {
      case F32 -> upload(source.floats(), source.offset(), target);
      case S32 -> upload(source.ints(), source.offset(), target);
      case U8, S8 -> upload(source.bytes(), source.offset(), target);
    }
  }

  @Override
  public void fill(Tensor target, float value) {
    int from = target.offset();
    int to = from + target.size();
    if (target.dtype() == DType.S32) {
      Arrays.fill(target.ints(), from, to, (int) value);
    } else {
      Arrays.fill(target.floats(), from, to, value);
    }
  }

  @Override
  public void nchwToNhwc(Tensor x, Tensor y) {
    Checks.rank("nchwToNhwc", "x", x, 4);
    int n = x.extent(0);
    int c = x.extent(1);
    int h = x.extent(2);
    int w = x.extent(3);
    Checks.shape("nchwToNhwc", "y", y, n, h, w, c);
    Checks.apart("nchwToNhwc", "y", y, "x", x);
    transpose.transpose(
        n,
        c,
        h * w,
        Checks.floats("nchwToNhwc", "x", x),
        x.offset(),
        Checks.floats("nchwToNhwc", "y", y),
        y.offset());
  }

  @Override
  public void nhwcToNchw(Tensor x, Tensor y) {
    Checks.rank("nhwcToNchw", "x", x, 4);
    int n = x.extent(0);
    int h = x.extent(1);
    int w = x.extent(2);
    int c = x.extent(3);
    Checks.shape("nhwcToNchw", "y", y, n, c, h, w);
    Checks.apart("nhwcToNchw", "y", y, "x", x);
    transpose.transpose(
        n,
        h * w,
        c,
        Checks.floats("nhwcToNchw", "x", x),
        x.offset(),
        Checks.floats("nhwcToNchw", "y", y),
        y.offset());
  }
}
