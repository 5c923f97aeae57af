package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** The definition of {@link LowBitConvolution}: plain loops in whole numbers. */
public final class LowBitConvolutionReference implements LowBitConvolution {
  /** Weight codes as given, [KH, KW, ICg, OC]. */
  private static final class Plain extends PackedWeights {
    final byte[] codes;

    Plain(Conv2dShape shape, CodeBits bits, byte[] w, int offset) {
      super(shape, bits, w, offset);
      codes = new byte[shape.weightSize()];
      System.arraycopy(w, offset, codes, 0, codes.length);
    }

    @Override
    public long sizeBytes() {
      return codes.length;
    }

    @Override
    public String strategy() {
      return "reference";
    }
  }

  @Override
  public PackedWeights pack(Conv2dShape shape, CodeBits bits, byte[] w, int wOffset) {
    LowBitConvolution.requireRoom("weights", wOffset, shape.weightSize(), w.length);
    return new Plain(shape, bits, w, wOffset);
  }

  @Override
  public void accumulate(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      int[] acc,
      int accOffset,
      int[] sums,
      int sumsOffset) {
    int pixels = shape.n() * shape.outH() * shape.outW();
    check(shape, x, w);
    LowBitConvolution.requireRoom("sums", accOffset, pixels * shape.oc(), acc.length);
    LowBitConvolution.requireRoom("window sums", sumsOffset, pixels * shape.groups(), sums.length);
    int[] products = new int[shape.oc()];
    int[] windows = new int[shape.groups()];
    for (int pixel = 0; pixel < pixels; pixel++) {
      sum(shape, x, ((Plain) w).codes, pixel, products, windows);
      System.arraycopy(products, 0, acc, accOffset + pixel * products.length, products.length);
      System.arraycopy(windows, 0, sums, sumsOffset + pixel * windows.length, windows.length);
    }
  }

  @Override
  public void run(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      OutputStage stage,
      Residual residual,
      Destination y) {
    check(shape, x, w);
    stage.require(shape.outputSize(), residual, y);
    int pixels = shape.n() * shape.outH() * shape.outW();
    int[] products = new int[shape.oc()];
    int[] windows = new int[shape.groups()];
    for (int pixel = 0; pixel < pixels; pixel++) {
      sum(shape, x, ((Plain) w).codes, pixel, products, windows);
      for (int o = 0; o < shape.oc(); o++) {
        int window = windows[o / shape.ocPerGroup()];
        store(stage, products[o], window, o, residual, y, pixel * shape.oc() + o);
      }
    }
  }

  /** The output stage of one element; {@code at} is its index in the result. */
  static void store(
      OutputStage stage, int acc, int window, int o, Residual residual, Destination y, int at) {
    int corrected = acc - stage.weightZero[o] * window + stage.correction[stage.correctionAt(o)];
    float value = Math.fma((float) corrected, stage.multiplier[o], stage.offset[o]);
    if (residual.values() != null) {
      value += residual.values()[residual.offset() + at];
    } else if (residual.codes() != null) {
      int code = residual.codes()[residual.offset() + at] & 0xff;
      value += (code - residual.zero()) / residual.m();
    }
    if (stage.activation) {
      value = value < 0 ? 0 : value > stage.cap ? stage.cap : value;
    }
    if (stage.quantizer == null) {
      y.values()[y.offset() + at] = value;
    } else {
      y.codes()[y.offset() + at] = (byte) stage.quantizer.code(value);
    }
  }

  private static void check(Conv2dShape shape, Activations x, PackedWeights w) {
    w.require(shape, x);
    if (!(w instanceof Plain)) {
      throw new IllegalArgumentException(
          "low-bit reference: expected weights of its own packing, got " + w.strategy());
    }
  }

  /** The sums of products of a pixel, and of its activation codes alone for each group. */
  private static void sum(
      Conv2dShape shape, Activations x, byte[] w, int pixel, int[] products, int[] windows) {
    int q = pixel % shape.outW();
    int p = pixel / shape.outW() % shape.outH();
    int n = pixel / shape.outW() / shape.outH();
    Arrays.fill(products, 0);
    Arrays.fill(windows, 0);
    for (int tap = 0; tap < shape.kh() * shape.kw(); tap++) {
      int row = p * shape.strideH() - shape.padTop() + tap / shape.kw() * shape.dilationH();
      int column = q * shape.strideW() - shape.padLeft() + tap % shape.kw() * shape.dilationW();
      boolean inside = row >= 0 && row < shape.h() && column >= 0 && column < shape.w();
      for (int channel = 0; channel < shape.ic(); channel++) {
        int at = ((n * shape.h() + row) * shape.w() + column) * shape.ic() + channel;
        int code = inside ? code(x, at) : x.zero();
        int group = channel / shape.icPerGroup();
        int wAt = (tap * shape.icPerGroup() + channel % shape.icPerGroup()) * shape.oc();
        for (int o = group * shape.ocPerGroup(); o < (group + 1) * shape.ocPerGroup(); o++) {
          products[o] += code * w[wAt + o];
        }
        windows[group] += code;
      }
    }
  }

  private static int code(Activations x, int index) {
    if (!x.packed()) {
      return x.data()[x.offset() + index] & 0xff;
    }
    int code = 0;
    for (int b = 0; b < x.bits(); b++) {
      long bit = (long) index * x.bits() + b;
      code |= (x.data()[x.offset() + (int) (bit >>> 3)] >>> (bit & 7) & 1) << b;
    }
    return code;
  }
}
