package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@link CodeMapsSimd} against {@link CodeMapsReference}, bit for bit, sentinels around outputs.
 */
final class CodeMapsTest {
  private static final byte SENTINEL = 0x5a;
  private static final int BORDER = 70;

  private final CodeMaps reference = new CodeMapsReference();
  private final Random random = new Random(5);

  private byte[] codes(int n, int bits) {
    byte[] codes = new byte[n];
    for (int i = 0; i < n; i++) {
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    return codes;
  }

  private static byte[] sentinels(int n) {
    byte[] codes = new byte[n + 2 * BORDER];
    java.util.Arrays.fill(codes, SENTINEL);
    return codes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 15, 16, 17, 63, 64, 65, 1009, 40000})
  void quantizes(int n) {
    float[] x = new float[n + 1];
    for (int i = 0; i <= n; i++) {
      x[i] = (float) (random.nextGaussian() * 2);
      x[i] = i % 13 == 0 ? Math.round(x[i] * 5) * 0.1f : x[i];
    }
    if (n > 16) {
      x[3] = Float.NaN;
      x[5] = Float.POSITIVE_INFINITY;
      x[7] = Float.NEGATIVE_INFINITY;
      x[9] = -0f;
    }
    try (Workers workers = new Workers(2)) {
      for (int bits = 2; bits <= 8; bits++) {
        CodeQuantizer quantizer = CodeQuantizer.ofRange(-1.5f, 2.5f, bits);
        byte[] want = sentinels(n);
        byte[] got = sentinels(n);
        reference.quantize(quantizer, n, x, 1, want, BORDER);
        new CodeMapsSimd(workers).quantize(quantizer, n, x, 1, got, BORDER);
        assertArrayEquals(want, got, bits + " bits");
        float[] wantValues = new float[n + 40];
        float[] gotValues = new float[n + 40];
        reference.values(n, want, BORDER, quantizer.zero(), quantizer.m(), wantValues, 20);
        new CodeMapsSimd(workers)
            .values(n, want, BORDER, quantizer.zero(), quantizer.m(), gotValues, 20);
        assertArrayEquals(wantValues, gotValues, 0f);
      }
    }
  }

  @Test
  void byHand() {
    byte[] codes = new byte[4];
    CodeQuantizer quantizer = CodeQuantizer.ofRange(0, 3, 2);
    reference.quantize(quantizer, 4, new float[] {-1, 0.6f, 2.4f, 9}, 0, codes, 0);
    assertArrayEquals(new byte[] {0, 1, 2, 3}, codes);
    float[] values = new float[4];
    reference.values(4, codes, 0, 0, 1, values, 0);
    assertArrayEquals(new float[] {0, 1, 2, 3}, values);
    byte[] pooled = new byte[1];
    reference.maxPool(Pool2dShape.of(1, 2, 2, 1, 2, 2, 0), codes, 0, pooled, 0);
    assertEquals(3, pooled[0]);
    byte[] sampled = new byte[3];
    reference.subsample(1, 2, 2, 1, 2, 1, 3, 7, new byte[] {4, 1, 2, 3}, 0, sampled, 0);
    assertArrayEquals(new byte[] {7, 4, 7}, sampled);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 5, 7, 3, 3, 2, 1",
    "2, 8, 8, 64, 3, 2, 1",
    "1, 9, 6, 65, 2, 1, 0",
    "3, 4, 4, 130, 3, 1, 1",
    "0, 4, 4, 8, 3, 1, 1"
  })
  void pools(int n, int h, int w, int c, int kernel, int stride, int pad) {
    Pool2dShape shape = Pool2dShape.of(n, h, w, c, kernel, stride, pad);
    byte[] x = codes(n * h * w * c + 3, 8);
    int size = n * shape.outH() * shape.outW() * c;
    byte[] want = sentinels(size);
    byte[] got = sentinels(size);
    reference.maxPool(shape, x, 3, want, BORDER);
    try (Workers workers = new Workers(3)) {
      new CodeMapsSimd(workers).maxPool(shape, x, 3, got, BORDER);
    }
    assertArrayEquals(want, got);
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 7, 3, 2, 1, 6", "2, 8, 8, 16, 2, 8, 32", "1, 4, 4, 5, 1, 0, 5"})
  void subsamples(int n, int h, int w, int c, int stride, int before, int c2) {
    byte[] x = codes(n * h * w * c, 8);
    int size = n * ((h + stride - 1) / stride) * ((w + stride - 1) / stride) * c2;
    byte[] want = sentinels(size);
    byte[] got = sentinels(size);
    reference.subsample(n, h, w, c, stride, before, c2, 9, x, 0, want, BORDER);
    try (Workers workers = new Workers(2)) {
      new CodeMapsSimd(workers).subsample(n, h, w, c, stride, before, c2, 9, x, 0, got, BORDER);
    }
    assertArrayEquals(want, got);
  }
}
