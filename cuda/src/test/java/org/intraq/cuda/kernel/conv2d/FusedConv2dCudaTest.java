package org.intraq.cuda.kernel.conv2d;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One pass gives the bits of convolution, affine map, residual sum and rectifier one by one. */
class FusedConv2dCudaTest extends ParityTesting {
  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.of(2, 5, 6, 3, 5, 3, 1, 1),
        Conv2dShape.of(1, 7, 6, 8, 20, 3, 2, 1),
        Conv2dShape.of(1, 6, 6, 4, 36, 1, 1, 0),
        new Conv2dShape(1, 9, 8, 6, 4, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 2),
        Conv2dShape.of(0, 6, 6, 4, 36, 1, 1, 0));
  }

  private static float[] both(CudaBackend cuda, Scope scope, Conv2dShape s, boolean oneByOne) {
    int size = s.outputSize();
    int[] extents = {s.n(), s.outH(), s.outW(), s.oc()};
    Tensor x = scope.of(KernelData.signed(s.inputSize(), 1), s.n(), s.h(), s.w(), s.ic());
    Tensor w =
        scope.of(KernelData.signed(s.weightSize(), 2), s.kh(), s.kw(), s.icPerGroup(), s.oc());
    Tensor scale = scope.of(KernelData.signed(s.oc(), 3), s.oc());
    Tensor shift = scope.of(KernelData.signed(s.oc(), 4), s.oc());
    Tensor added = scope.of(KernelData.signed(size, 5), extents);
    Tensor all = scope.of(KernelData.nans(4 * size), 4 * size);
    Tensor[] parts = new Tensor[4];
    for (int i = 0; i < 4; i++) {
      parts[i] = all.slice(i * size, (i + 1) * size).reshape(extents);
    }
    if (oneByOne) {
      cuda.convolution().forward(s, x, w, parts[0]);
      cuda.fused().affineAddRelu(parts[0], scale, shift, added, 2f, parts[1]);
      cuda.fused().affineRelu(parts[0], scale, shift, Float.POSITIVE_INFINITY, parts[2]);
      cuda.normalization().channelAffine(parts[0], scale, shift, parts[3]);
    } else {
      FusedConv2dCuda kernel = new FusedConv2dCuda(cuda.gpu());
      long[] at = new long[4];
      for (int i = 0; i < 4; i++) {
        at[i] = cuda.address(parts[i]);
      }
      long xs = cuda.address(x);
      long ws = cuda.address(w);
      long f = cuda.address(scale);
      long o = cuda.address(shift);
      float inf = Float.POSITIVE_INFINITY;
      cuda.memory().copy(added, parts[1]);
      kernel.forward(s, xs, ws, f, o, at[1], 0, 2, at[0], at[1]);
      kernel.forward(s, xs, ws, f, o, 0, 0, inf, 0, at[2]);
      kernel.forward(s, xs, ws, f, o, 0, -inf, inf, 0, at[3]);
    }
    return cuda.memory().toArray(all);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void onePassGivesTheBitsOfFour(Conv2dShape s) {
    for (CudaBackend cuda : backends()) {
      float[] expected = run(cuda, (backend, scope) -> both(cuda, scope, s, true));
      float[] found = run(cuda, (backend, scope) -> both(cuda, scope, s, false));
      assertArrayEquals(expected, found);
    }
  }
}
