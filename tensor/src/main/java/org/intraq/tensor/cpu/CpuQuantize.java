package org.intraq.tensor.cpu;

import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.QuantizeOps;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;
import org.intraq.tensor.kernel.quantize.FakeQuantize;
import org.intraq.tensor.parallel.Workers;

/** Fake quantization and codes on the CPU. */
final class CpuQuantize implements QuantizeOps {
  private final FakeQuantize kernel;

  CpuQuantize(Workers workers) {
    this.kernel = Kernels.fakeQuantize(workers);
  }

  @Override
  public void fakeQuantize(Tensor x, Tensor range, int bits, Tensor y) {
    String op = "fakeQuantize";
    float[] xs = Checks.floats(op, "x", x);
    float[] ys = Checks.floats(op, "y", y);
    AffineQuantizer quantizer = quantizer(op, range, bits, AffineQuantizer.MAX_BITS);
    Checks.sameShape(op, "y", y, "x", x);
    Checks.sameOrApart(op, "y", y, "x", x);
    Checks.apart(op, "y", y, "range", range);
    kernel.quantize(quantizer, x.size(), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void fakeQuantizeBackward(
      Tensor x, Tensor range, int bits, boolean masked, Tensor dy, Tensor dx) {
    String op = "fakeQuantizeBackward";
    float[] xs = Checks.floats(op, "x", x);
    AffineQuantizer quantizer = quantizer(op, range, bits, AffineQuantizer.MAX_BITS);
    gradientShapes(op, "x", x, dy, "dx", dx);
    Checks.apart(op, "dx", dx, "range", range);
    if (!masked) {
      System.arraycopy(dy.floats(), dy.offset(), dx.floats(), dx.offset(), x.size());
      return;
    }
    kernel.maskedGradient(
        quantizer, x.size(), xs, x.offset(), dy.floats(), dy.offset(), dx.floats(), dx.offset());
  }

  @Override
  public void fakeQuantizeChannels(Tensor w, Tensor ranges, int bits, Tensor y) {
    String op = "fakeQuantizeChannels";
    float[] ws = Checks.floats(op, "w", w);
    float[] ys = Checks.floats(op, "y", y);
    int channels = channelRanges(op, w, ranges, bits, AffineQuantizer.MAX_BITS);
    Checks.sameShape(op, "y", y, "w", w);
    Checks.sameOrApart(op, "y", y, "w", w);
    Checks.apart(op, "y", y, "ranges", ranges);
    kernel.quantizeChannels(
        bits,
        rows(w, channels),
        channels,
        ranges.floats(),
        ranges.offset(),
        ws,
        w.offset(),
        ys,
        y.offset());
  }

  @Override
  public void fakeQuantizeChannelsBackward(
      Tensor w, Tensor ranges, int bits, boolean masked, Tensor dy, Tensor dw) {
    String op = "fakeQuantizeChannelsBackward";
    float[] ws = Checks.floats(op, "w", w);
    int channels = channelRanges(op, w, ranges, bits, AffineQuantizer.MAX_BITS);
    gradientShapes(op, "w", w, dy, "dw", dw);
    Checks.apart(op, "dw", dw, "ranges", ranges);
    if (!masked) {
      System.arraycopy(dy.floats(), dy.offset(), dw.floats(), dw.offset(), w.size());
      return;
    }
    kernel.maskedGradientChannels(
        bits,
        rows(w, channels),
        channels,
        ranges.floats(),
        ranges.offset(),
        ws,
        w.offset(),
        dy.floats(),
        dy.offset(),
        dw.floats(),
        dw.offset());
  }

  @Override
  public void codes(Tensor x, Tensor range, int bits, Tensor codes) {
    String op = "codes";
    float[] xs = Checks.floats(op, "x", x);
    byte[] bytes = Checks.bytes(op, "codes", DType.S8, codes);
    AffineQuantizer quantizer = quantizer(op, range, bits, Byte.SIZE);
    Checks.sameShape(op, "codes", codes, "x", x);
    kernel.codes(quantizer, x.size(), xs, x.offset(), bytes, codes.offset());
  }

  @Override
  public void codesChannels(Tensor w, Tensor ranges, int bits, Tensor codes) {
    String op = "codesChannels";
    float[] ws = Checks.floats(op, "w", w);
    byte[] bytes = Checks.bytes(op, "codes", DType.S8, codes);
    int channels = channelRanges(op, w, ranges, bits, Byte.SIZE);
    Checks.sameShape(op, "codes", codes, "w", w);
    kernel.codesChannels(
        bits,
        rows(w, channels),
        channels,
        ranges.floats(),
        ranges.offset(),
        ws,
        w.offset(),
        bytes,
        codes.offset());
  }

  static AffineQuantizer quantizer(String operation, Tensor range, int bits, int mostBits) {
    bits(operation, bits, mostBits);
    float[] values = Checks.floats(operation, "range", range);
    Checks.shape(operation, "range", range, 2);
    return AffineQuantizer.of(values[range.offset()], values[range.offset() + 1], bits);
  }

  private static int channelRanges(
      String operation, Tensor w, Tensor ranges, int bits, int mostBits) {
    bits(operation, bits, mostBits);
    int channels = Checks.channels(operation, "w", w);
    Checks.floats(operation, "ranges", ranges);
    Checks.shape(operation, "ranges", ranges, 2, channels);
    return channels;
  }

  private static void gradientShapes(
      String operation, String name, Tensor x, Tensor dy, String resultName, Tensor dx) {
    Checks.floats(operation, "dy", dy);
    Checks.floats(operation, resultName, dx);
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

  private static int rows(Tensor w, int channels) {
    return channels == 0 ? 0 : w.size() / channels;
  }
}
