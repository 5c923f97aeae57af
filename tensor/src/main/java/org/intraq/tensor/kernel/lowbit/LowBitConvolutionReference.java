package org.intraq.tensor.kernel.lowbit;

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
    for (int pixel = 0; pixel < pixels; pixel++) {
      for (int o = 0; o < shape.oc(); o++) {
        acc[accOffset + pixel * shape.oc() + o] = sum(shape, x, ((Plain) w).codes, pixel, o);
      }
      for (int g = 0; g < shape.groups(); g++) {
        sums[sumsOffset + pixel * shape.groups() + g] =
            sum(shape, x, null, pixel, g * shape.ocPerGroup());
      }
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
    for (int pixel = 0; pixel < pixels; pixel++) {
      for (int o = 0; o < shape.oc(); o++) {
        int acc = sum(shape, x, ((Plain) w).codes, pixel, o);
        int window = sum(shape, x, null, pixel, o);
        store(stage, acc, window, o, residual, y, pixel * shape.oc() + o);
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

  /** One sum of products, or of the activation codes alone if {@code w} is null. */
  private static int sum(Conv2dShape shape, Activations x, byte[] w, int pixel, int o) {
    int q = pixel % shape.outW();
    int p = pixel / shape.outW() % shape.outH();
    int n = pixel / shape.outW() / shape.outH();
    int sum = 0;
    for (int r = 0; r < shape.kh(); r++) {
      int row = p * shape.strideH() - shape.padTop() + r * shape.dilationH();
      for (int s = 0; s < shape.kw(); s++) {
        int column = q * shape.strideW() - shape.padLeft() + s * shape.dilationW();
        boolean inside = row >= 0 && row < shape.h() && column >= 0 && column < shape.w();
        for (int c = 0; c < shape.icPerGroup(); c++) {
          int channel = o / shape.ocPerGroup() * shape.icPerGroup() + c;
          int at = ((n * shape.h() + row) * shape.w() + column) * shape.ic() + channel;
          int code = inside ? code(x, at) : x.zero();
          int weight =
              w == null ? 1 : w[((r * shape.kw() + s) * shape.icPerGroup() + c) * shape.oc() + o];
          sum += code * weight;
        }
      }
    }
    return sum;
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
