package org.intraq.cuda.kernel.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.QuantizeOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bits of the CPU, without exception. */
class FakeQuantizeCudaTest extends ParityTesting {
  private static float[] values(int n) {
    float[] x = KernelData.signed(n, 1);
    float[] special = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e30f, 0.5f, -1.25f, 0.1f
    };
    for (int i = 0; i < special.length && n > 20; i++) {
      x[i * 2 + 1] = special[i];
    }
    return x;
  }

  private static float[] ranges(int c) {
    float[] ranges = new float[2 * c];
    for (int j = 0; j < c; j++) {
      ranges[j] = j % 5 == 4 ? 0 : -0.3f * (j % 5) - 0.1f;
      ranges[c + j] = j % 7 == 6 ? ranges[j] : 0.9f + 0.2f * (j % 3);
    }
    return ranges;
  }

  private static float[] all(
      Backend backend, Scope scope, int rows, int c, int bits, int shift, boolean channels) {
    int n = rows * c;
    Tensor x = window(scope, values(n), shift, rows, c);
    Tensor dy = window(scope, KernelData.signed(n, 2), shift, rows, c);
    Tensor range = channels ? scope.of(ranges(c), 2, c) : scope.of(new float[] {-1.1f, 0.77f}, 2);
    Tensor y = output(scope, shift, 3, rows, c);
    Tensor[] part = new Tensor[3];
    for (int k = 0; k < 3; k++) {
      part[k] = y.slice(k, k + 1).reshape(rows, c);
    }
    QuantizeOps ops = backend.quantize();
    Tensor codes = scope.allocate(DType.S8, org.intraq.tensor.Shape.of(rows, c));
    if (channels) {
      ops.fakeQuantizeChannels(x, range, bits, part[0]);
      ops.fakeQuantizeChannelsBackward(x, range, bits, true, dy, part[1]);
      ops.fakeQuantizeChannelsBackward(x, range, bits, false, dy, part[2]);
      ops.codesChannels(x, range, Math.min(bits, 8), codes);
    } else {
      ops.fakeQuantize(x, range, bits, part[0]);
      ops.fakeQuantizeBackward(x, range, bits, true, dy, part[1]);
      ops.fakeQuantizeBackward(x, range, bits, false, dy, part[2]);
      ops.codes(x, range, Math.min(bits, 8), codes);
    }
    byte[] bytes = new byte[n];
    backend.memory().download(codes, bytes, 0);
    float[] result = java.util.Arrays.copyOf(backend.memory().toArray(y), 4 * n);
    for (int i = 0; i < n; i++) {
      result[3 * n + i] = bytes[i];
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 7", "9, 12", "40, 33", "3, 1001", "0, 4"})
  void theBitsOfTheCpu(int rows, int c) {
    for (int bits : new int[] {1, 2, 3, 4, 5, 8, 16}) {
      for (boolean channels : new boolean[] {false, true}) {
        float[] e = onCpu((backend, scope) -> all(backend, scope, rows, c, bits, 0, channels));
        for (CudaBackend cuda : backends()) {
          for (int shift : new int[] {0, 1}) {
            assertArrayEquals(
                e,
                run(cuda, (backend, scope) -> all(backend, scope, rows, c, bits, shift, channels)),
                bits + " bits");
          }
        }
      }
    }
  }
}
