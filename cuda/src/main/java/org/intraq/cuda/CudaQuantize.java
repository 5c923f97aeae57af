package org.intraq.cuda;

import org.intraq.cuda.kernel.quantize.FakeQuantizeCuda;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.MemoryOps;
import org.intraq.tensor.backend.QuantizeOps;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/** Fake quantization and codes on a GPU. */
final class CudaQuantize implements QuantizeOps {
  private final Checks checks;
  private final MemoryOps memory;
  private final FakeQuantizeCuda kernel;

  CudaQuantize(CudaContext context, MemoryOps memory) {
    this.checks = context.checks();
    this.memory = memory;
    this.kernel = new FakeQuantizeCuda(context.gpu());
  }

  @Override
  public void fakeQuantize(Tensor x, Tensor range, int bits, Tensor y) {
    String op = "fakeQuantize";
    long xs = checks.floats(op, "x", x);
    long ys = checks.floats(op, "y", y);
    long ranges = range(op, range, bits, AffineQuantizer.MAX_BITS);
    Checks.sameShape(op, "y", y, "x", x);
    Checks.sameOrApart(op, "y", y, "x", x);
    Checks.apart(op, "y", y, "range", range);
    kernel.quantize(x.size(), ranges, bits, xs, ys);
  }

  @Override
  public void fakeQuantizeBackward(
      Tensor x, Tensor range, int bits, boolean masked, Tensor dy, Tensor dx) {
    String op = "fakeQuantizeBackward";
    long xs = checks.floats(op, "x", x);
    long ranges = range(op, range, bits, AffineQuantizer.MAX_BITS);
    gradientShapes(op, "x", x, dy, "dx", dx);
    Checks.apart(op, "dx", dx, "range", range);
    if (!masked) {
      memory.copy(dy, dx);
      return;
    }
    long dys = checks.floats(op, "dy", dy);
    kernel.mask(x.size(), ranges, bits, xs, dys, checks.floats(op, "dx", dx));
  }

  @Override
  public void fakeQuantizeChannels(Tensor w, Tensor ranges, int bits, Tensor y) {
    String op = "fakeQuantizeChannels";
    long ws = checks.floats(op, "w", w);
    long ys = checks.floats(op, "y", y);
    long ends = channelRanges(op, w, ranges, bits, AffineQuantizer.MAX_BITS);
    Checks.sameShape(op, "y", y, "w", w);
    Checks.sameOrApart(op, "y", y, "w", w);
    Checks.apart(op, "y", y, "ranges", ranges);
    int channels = w.extent(-1);
    kernel.quantizeChannels(Checks.rows(w, channels), channels, ends, bits, ws, ys);
  }

  @Override
  public void fakeQuantizeChannelsBackward(
      Tensor w, Tensor ranges, int bits, boolean masked, Tensor dy, Tensor dw) {
    String op = "fakeQuantizeChannelsBackward";
    long ws = checks.floats(op, "w", w);
    long ends = channelRanges(op, w, ranges, bits, AffineQuantizer.MAX_BITS);
    gradientShapes(op, "w", w, dy, "dw", dw);
    Checks.apart(op, "dw", dw, "ranges", ranges);
    if (!masked) {
      memory.copy(dy, dw);
      return;
    }
    int channels = w.extent(-1);
    long dys = checks.floats(op, "dy", dy);
    long dws = checks.floats(op, "dw", dw);
    kernel.maskChannels(Checks.rows(w, channels), channels, ends, bits, ws, dys, dws);
  }

  @Override
  public void codes(Tensor x, Tensor range, int bits, Tensor codes) {
    String op = "codes";
    long xs = checks.floats(op, "x", x);
    long bytes = checks.address(op, "codes", DType.S8, codes);
    long ranges = range(op, range, bits, Byte.SIZE);
    Checks.sameShape(op, "codes", codes, "x", x);
    kernel.codes(x.size(), ranges, bits, xs, bytes);
  }

  @Override
  public void codesChannels(Tensor w, Tensor ranges, int bits, Tensor codes) {
    String op = "codesChannels";
    long ws = checks.floats(op, "w", w);
    long bytes = checks.address(op, "codes", DType.S8, codes);
    long ends = channelRanges(op, w, ranges, bits, Byte.SIZE);
    Checks.sameShape(op, "codes", codes, "w", w);
    int channels = w.extent(-1);
    kernel.codesChannels(Checks.rows(w, channels), channels, ends, bits, ws, bytes);
  }

  private long range(String operation, Tensor range, int bits, int mostBits) {
    bits(operation, bits, mostBits);
    long address = checks.floats(operation, "range", range);
    Checks.shape(operation, "range", range, 2);
    return address;
  }

  private long channelRanges(String operation, Tensor w, Tensor ranges, int bits, int mostBits) {
    bits(operation, bits, mostBits);
    int channels = Checks.channels(operation, "w", w);
    long address = checks.floats(operation, "ranges", ranges);
    Checks.shape(operation, "ranges", ranges, 2, channels);
    return address;
  }

  private void gradientShapes(
      String operation, String name, Tensor x, Tensor dy, String resultName, Tensor dx) {
    checks.floats(operation, "dy", dy);
    checks.floats(operation, resultName, dx);
    Checks.sameShape(operation, "dy", dy, name, x);
    Checks.sameShape(operation, resultName, dx, name, x);
    Checks.sameOrApart(operation, resultName, dx, "dy", dy);
    Checks.sameOrApart(operation, resultName, dx, name, x);
  }

  private static void bits(String operation, int bits, int most) {
    if (bits < 1 || bits > most) {
      throw Checks.failure(operation, "1 to " + most + " bits", bits);
    }
  }
}
