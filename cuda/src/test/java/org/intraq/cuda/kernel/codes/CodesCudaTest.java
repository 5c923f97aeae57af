package org.intraq.cuda.kernel.codes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LowBitOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.gemm.GemmSimd;
import org.intraq.tensor.kernel.lowbit.CodeMapsReference;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maps of codes and the float ends of a network, with the bits of the CPU. */
class CodesCudaTest extends ParityTesting {
  private static final CodeMapsReference REFERENCE = new CodeMapsReference();

  private static byte[] randomCodes(int n, long seed) {
    byte[] codes = new byte[n];
    new Random(seed).nextBytes(codes);
    return codes;
  }

  /** A window {@code shift} codes into a buffer. */
  private static Tensor codes(Scope scope, byte[] values, int shift, int... extents) {
    Tensor all = scope.allocate(DType.U8, Shape.of(values.length + shift));
    Tensor window = all.slice(shift, values.length + shift);
    scope.backend().memory().upload(values, 0, window);
    return window.reshape(extents);
  }

  private static byte[] bytes(Scope scope, Tensor codes) {
    byte[] values = new byte[codes.size()];
    scope.backend().memory().download(codes, values, 0);
    return values;
  }

  private static LowBitOps ops(CudaBackend backend) {
    return backend.lowBit().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "64, 0", "1003, 0", "1003, 1", "1003, 2", "1003, 4"})
  void codesAndValues(int n, int shift) {
    float[] x = KernelData.signed(n, 1);
    float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e30f};
    System.arraycopy(odd, 0, x, 0, Math.min(n, odd.length));
    for (int bits = 2; bits <= 8; bits++) {
      CodeQuantizer q = CodeQuantizer.ofRange(bits % 2 == 0 ? 0 : -0.7f, 0.9f, bits);
      byte[] expected = new byte[n];
      float[] values = new float[n];
      REFERENCE.quantize(q, n, x, 0, expected, 0);
      REFERENCE.values(n, expected, 0, q.zero(), q.m(), values, 0);
      for (CudaBackend backend : backends()) {
        try (Scope scope = new Scope(backend, "codes")) {
          Tensor c = codes(scope, new byte[n], shift, n);
          Tensor y = output(scope, shift, n);
          ops(backend).quantize(q, window(scope, x, shift, n), c);
          ops(backend).values(c, q.zero(), q.m(), y);
          assertArrayEquals(expected, bytes(scope, c));
          assertArrayEquals(values, backend.memory().toArray(y));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 9, 7, 8, 3, 2, 1, 0", "1, 5, 5, 3, 2, 2, 0, 0", "2, 6, 6, 4, 3, 1, 1, 2"})
  void windowMaxima(int n, int h, int w, int c, int k, int stride, int pad, int shift) {
    Pool2dShape s = new Pool2dShape(n, h, w, c, k, k, stride, stride, pad, pad, pad, pad);
    byte[] x = randomCodes(n * h * w * c, 3);
    byte[] expected = new byte[n * s.outH() * s.outW() * c];
    REFERENCE.maxPool(s, x, 0, expected, 0);
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "maxima")) {
        byte[] none = new byte[expected.length];
        Tensor y = codes(scope, none, shift, n, s.outH(), s.outW(), c);
        ops(backend).maxPool(s, codes(scope, x, shift, n, h, w, c), y);
        assertArrayEquals(expected, bytes(scope, y));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 5, 6, 4, 2, 2, 8, 0",
    "2, 5, 6, 4, 2, 4, 12, 0",
    "1, 4, 4, 3, 2, 1, 6, 0",
    "2, 3, 3, 8, 1, 0, 8, 0",
    "2, 4, 4, 8, 2, 4, 16, 3"
  })
  void shortcuts(int n, int h, int w, int c, int stride, int before, int c2, int shift) {
    byte[] x = randomCodes(n * h * w * c, 4);
    int oh = Math.ceilDiv(h, stride);
    int ow = Math.ceilDiv(w, stride);
    byte[] expected = new byte[n * oh * ow * c2];
    REFERENCE.subsample(n, h, w, c, stride, before, c2, 0xa7, x, 0, expected, 0);
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "shortcut")) {
        Tensor y = codes(scope, new byte[expected.length], shift, n, oh, ow, c2);
        Tensor in = codes(scope, x, shift, n, h, w, c);
        ops(backend).subsample(in, stride, before, 0xa7, y);
        assertArrayEquals(expected, bytes(scope, y));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "3, 7, 7, 40", "2, 8, 8, 5", "2, 3, 5, 16", "1, 33, 35, 17"})
  void meansHaveTheBitsOfTheCpu(int n, int h, int w, int c) {
    float[] x = KernelData.signed(n * h * w * c, 5);
    float[] expected = new float[n * c];
    try (CpuBackend cpu = new CpuBackend(1)) {
      cpu.pooling().globalAverage(Tensor.wrap(x, n, h, w, c), Tensor.wrap(expected, n, c));
    }
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "mean")) {
        Tensor y = output(scope, 1, n, c);
        ops(backend).average(window(scope, x, 1, n, h, w, c), y);
        assertArrayEquals(expected, backend.memory().toArray(y));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 10, 64", "5, 7, 513", "4, 33, 1100", "13, 20, 100"})
  void productsHaveTheBitsOfTheCpu(int m, int n, int k) {
    float[] x = KernelData.signed(m * k, 6);
    float[] w = KernelData.signed(k * n, 7);
    float[] expected = new float[m * n];
    try (CpuBackend cpu = new CpuBackend(1)) {
      Tensor y = Tensor.wrap(expected, m, n);
      cpu.gemm().gemm(false, false, 1, Tensor.wrap(x, m, k), Tensor.wrap(w, k, n), 0, y);
    }
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "product")) {
        Tensor y = output(scope, 1, m, n);
        Tensor in = window(scope, x, 1, m, k);
        ops(backend).product(in, window(scope, w, 1, k, n), GemmSimd.KC, y);
        assertArrayEquals(expected, backend.memory().toArray(y));
      }
    }
  }

  /** The layers of a network that read floats: first ones, expansions, deep ones, depthwise. */
  @ParameterizedTest
  @CsvSource({
    "2, 9, 9, 3, 16, 3, 2, 1, 1", "1, 11, 11, 3, 20, 7, 2, 3, 1", "2, 5, 5, 24, 72, 1, 1, 0, 1",
    "1, 3, 3, 600, 20, 1, 1, 0, 1", "2, 6, 7, 24, 24, 3, 1, 1, 24", "2, 7, 7, 24, 24, 3, 2, 1, 24",
    "2, 6, 6, 8, 20, 3, 1, 1, 1", "2, 6, 6, 32, 48, 1, 2, 0, 1"
  })
  void convolutionsHaveTheBitsOfTheCpu(
      int n, int h, int w, int ic, int oc, int k, int stride, int pad, int groups) {
    Conv2dShape s =
        new Conv2dShape(n, h, w, ic, oc, k, k, stride, stride, pad, pad, pad, pad, 1, 1, groups);
    float[] x = KernelData.signed(s.inputSize(), 8);
    float[] weights = KernelData.signed(s.weightSize(), 9);
    float[] expected = onCpu(s, x, weights);
    int[] filters = {k, k, ic / groups, oc};
    int[] out = {n, s.outH(), s.outW(), oc};
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "convolution")) {
        Tensor y = output(scope, 0, out);
        Tensor in = window(scope, x, 0, n, h, w, ic);
        ops(backend).convolution(s, in, window(scope, weights, 0, filters), y);
        assertArrayEquals(expected, backend.memory().toArray(y));
      }
    }
  }

  /** Seven rows of a depthwise layer at a time the CPU sums column by column. */
  @ParameterizedTest
  @CsvSource({"2, 7, 7, 24, 1", "1, 15, 8, 20, 1", "1, 14, 13, 32, 2"})
  void tallDepthwiseConvolutionsDifferByRoundingOnly(int n, int h, int w, int c, int stride) {
    Conv2dShape s = Conv2dShape.depthwise(n, h, w, c, 3, stride, 1);
    float[] x = KernelData.signed(s.inputSize(), 8);
    float[] weights = KernelData.signed(s.weightSize(), 9);
    float[] expected = onCpu(s, x, weights);
    float[] terms = onCpu(s, magnitudes(x), magnitudes(weights));
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "convolution")) {
        Tensor y = output(scope, 0, n, s.outH(), s.outW(), c);
        Tensor in = window(scope, x, 0, n, h, w, c);
        ops(backend).convolution(s, in, window(scope, weights, 0, 3, 3, 1, c), y);
        float[] got = backend.memory().toArray(y);
        for (int i = 0; i < got.length; i++) {
          // Nine roundings on either side, each of half a unit of the sum of magnitudes.
          assertEquals(expected[i], got[i], 9 * KernelData.EPS * terms[i], "at " + i);
        }
      }
    }
  }

  private static float[] onCpu(Conv2dShape s, float[] x, float[] weights) {
    float[] y = new float[s.outputSize()];
    try (CpuBackend cpu = new CpuBackend(1)) {
      cpu.convolution()
          .forward(
              s,
              Tensor.wrap(x, s.n(), s.h(), s.w(), s.ic()),
              Tensor.wrap(weights, s.kh(), s.kw(), s.icPerGroup(), s.oc()),
              Tensor.wrap(y, s.n(), s.outH(), s.outW(), s.oc()));
    }
    return y;
  }

  private static float[] magnitudes(float[] values) {
    float[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.abs(result[i]);
    }
    return result;
  }

  @Test
  void refusesWhatDoesNotFit() {
    CodeQuantizer q = CodeQuantizer.ofRange(0, 1, 4);
    for (CudaBackend backend : backends()) {
      try (Scope scope = new Scope(backend, "refused")) {
        Tensor x = scope.f32(4);
        Tensor few = codes(scope, new byte[3], 0, 3);
        LowBitOps ops = ops(backend);
        var size = assertThrows(IllegalArgumentException.class, () -> ops.quantize(q, x, few));
        assertEquals("lowBit.quantize: expected codes of 4 elements, got [3]", size.getMessage());
        assertThrows(IllegalArgumentException.class, () -> ops.quantize(q, x, x));
        assertThrows(IllegalArgumentException.class, () -> ops.values(x, 0, 1, x));
        assertThrows(
            IllegalArgumentException.class,
            () -> ops.run(null, Conv2dShape.of(1, 1, 1, 1, 1, 1, 1, 0), few, null, null, few));
      }
    }
  }
}
