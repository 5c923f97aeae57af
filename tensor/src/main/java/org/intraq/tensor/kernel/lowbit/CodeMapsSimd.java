package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/** {@link CodeMaps} on the Vector API. */
public final class CodeMapsSimd implements CodeMaps {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** As many bytes as floats; the four floats of 128 bits have no byte vector and go one by one. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

  private static final boolean VECTOR = CODES.length() == LANES;
  private static final int TASK = 16384;

  /** x + 1.5 * 2^23 has round(x), half to even, in its low bits. */
  private static final float ROUND = 0x1.8p23f;

  private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

  private final Workers workers;

  /** Kernels that share their work out among {@code workers}. */
  public CodeMapsSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void quantize(
      CodeQuantizer quantizer, int n, float[] x, int xAt, byte[] codes, int codesAt) {
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) -> quantizeRange(quantizer, to - from, x, xAt + from, codes, codesAt + from));
  }

  private static void quantizeRange(
      CodeQuantizer quantizer, int n, float[] x, int xAt, byte[] codes, int codesAt) {
    int half = 1 << (quantizer.bits() - 1);
    FloatVector m = FloatVector.broadcast(F, quantizer.m());
    FloatVector z = FloatVector.broadcast(F, quantizer.z());
    FloatVector lowest = FloatVector.broadcast(F, -half);
    FloatVector highest = FloatVector.broadcast(F, half - 1f);
    int i = 0;
    for (; VECTOR && i <= n - LANES; i += LANES) {
      FloatVector shifted = FloatVector.fromArray(F, x, xAt + i).mul(m).sub(z);
      shifted = shifted.blend(highest, shifted.compare(VectorOperators.GT, highest));
      shifted = lowest.blend(shifted, shifted.compare(VectorOperators.GE, lowest));
      IntVector bits = shifted.add(ROUND).reinterpretAsInts().sub(ROUND_BITS - half);
      ((ByteVector) bits.convertShape(VectorOperators.I2B, CODES, 0)).intoArray(codes, codesAt + i);
    }
    for (; i < n; i++) {
      codes[codesAt + i] = (byte) quantizer.code(x[xAt + i]);
    }
  }

  @Override
  public void values(int n, byte[] codes, int codesAt, int zero, float m, float[] y, int yAt) {
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) -> valuesRange(to - from, codes, codesAt + from, zero, m, y, yAt + from));
  }

  private static void valuesRange(
      int n, byte[] codes, int codesAt, int zero, float m, float[] y, int yAt) {
    int i = 0;
    for (; VECTOR && i <= n - LANES; i += LANES) {
      IntVector wide =
          (IntVector)
              ByteVector.fromArray(CODES, codes, codesAt + i)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
      FloatVector whole = (FloatVector) wide.sub(zero).convert(VectorOperators.I2F, 0);
      whole.div(m).intoArray(y, yAt + i);
    }
    for (; i < n; i++) {
      y[yAt + i] = ((codes[codesAt + i] & 0xff) - zero) / m;
    }
  }

  @Override
  public void maxPool(Pool2dShape s, byte[] x, int xAt, byte[] y, int yAt) {
    workers.run(
        s.n() * s.outH(),
        task -> {
          int n = task / s.outH();
          int p = task % s.outH();
          for (int q = 0; q < s.outW(); q++) {
            window(s, n, p, q, x, xAt, y, yAt + (task * s.outW() + q) * s.c());
          }
        });
  }

  /** The maximum of one window, all channels. */
  private static void window(
      Pool2dShape s, int n, int p, int q, byte[] x, int xAt, byte[] y, int to) {
    int r0 = Math.max(0, p * s.strideH() - s.padTop());
    int r1 = Math.min(s.h(), p * s.strideH() - s.padTop() + s.kh());
    int c0 = Math.max(0, q * s.strideW() - s.padLeft());
    int c1 = Math.min(s.w(), q * s.strideW() - s.padLeft() + s.kw());
    Arrays.fill(y, to, to + s.c(), (byte) 0);
    for (int r = r0; r < r1; r++) {
      for (int c = c0; c < c1; c++) {
        larger(s.c(), x, xAt + ((n * s.h() + r) * s.w() + c) * s.c(), y, to);
      }
    }
  }

  /** y = max(x, y) for unsigned bytes. */
  private static void larger(int n, byte[] x, int xAt, byte[] y, int yAt) {
    int i = 0;
    for (; i <= n - B.length(); i += B.length()) {
      ByteVector.fromArray(B, x, xAt + i)
          .lanewise(VectorOperators.UMAX, ByteVector.fromArray(B, y, yAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < n; i++) {
      y[yAt + i] = (byte) Math.max(x[xAt + i] & 0xff, y[yAt + i] & 0xff);
    }
  }

  @Override
  public void subsample(
      int n,
      int h,
      int w,
      int c,
      int stride,
      int before,
      int c2,
      int fill,
      byte[] x,
      int xAt,
      byte[] y,
      int yAt) {
    int oh = (h + stride - 1) / stride;
    int ow = (w + stride - 1) / stride;
    Arrays.fill(y, yAt, yAt + n * oh * ow * c2, (byte) fill);
    for (int row = 0; row < n * oh; row++) {
      int from = xAt + (row / oh * h + row % oh * stride) * w * c;
      int to = yAt + row * ow * c2 + before;
      for (int q = 0; q < ow; q++) {
        System.arraycopy(x, from + q * stride * c, y, to + q * c2, c);
      }
    }
  }
}
