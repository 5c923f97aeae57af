package org.intraq.cuda.kernel.conv2d;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda.Tile;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small whole numbers are exact in TF32 and bf16, and so are their sums. */
class TensorConv2dCudaTest extends ParityTesting {
  private static final List<Conv2dShape> SHAPES =
      List.of(
          Conv2dShape.of(2, 5, 6, 3, 5, 3, 1, 1),
          Conv2dShape.of(1, 7, 6, 8, 36, 3, 2, 1),
          Conv2dShape.of(1, 12, 11, 8, 12, 3, 1, 1),
          new Conv2dShape(1, 9, 8, 6, 4, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 2));

  private static float[] onCpu(Backend backend, Scope scope, Conv2dShape s, float[][] o) {
    Tensor x = scope.of(o[0], s.n(), s.h(), s.w(), s.ic());
    Tensor w = scope.of(o[1], s.kh(), s.kw(), s.icPerGroup(), s.oc());
    Tensor dy = scope.of(o[2], s.n(), s.outH(), s.outW(), s.oc());
    Tensor all = scope.f32(s.outputSize() + s.inputSize() + s.weightSize());
    int first = s.outputSize();
    int second = first + s.inputSize();
    Tensor y = all.slice(0, first).reshape(s.n(), s.outH(), s.outW(), s.oc());
    Tensor dx = all.slice(first, second).reshape(s.n(), s.h(), s.w(), s.ic());
    Tensor dw = all.slice(second, all.size()).reshape(s.kh(), s.kw(), s.icPerGroup(), s.oc());
    backend.convolution().forward(s, x, w, y);
    backend.convolution().backwardInput(s, dy, w, dx);
    backend.convolution().backwardWeights(s, x, dy, 0, dw);
    return backend.memory().toArray(all);
  }

  private static float[] onCuda(
      CudaBackend cuda, Scope scope, Conv2dShape s, float[][] o, MathMode mode, Tile tile) {
    Tensor all = scope.f32(s.outputSize() + s.inputSize() + s.weightSize());
    long at = cuda.address(all);
    long x = cuda.address(scope.of(o[0], o[0].length));
    long w = cuda.address(scope.of(o[1], o[1].length));
    long dy = cuda.address(scope.of(o[2], o[2].length));
    Conv2dCuda kernel = new Conv2dCuda(cuda.gpu(), mode, tile);
    kernel.forward(s, x, w, at);
    kernel.backwardInput(s, dy, w, at + 4L * s.outputSize());
    kernel.backwardWeights(s, x, dy, 0, at + 4L * (s.outputSize() + s.inputSize()));
    return cuda.memory().toArray(all);
  }

  @ParameterizedTest
  @EnumSource(
      value = MathMode.class,
      names = {"TF32", "BF16"})
  void everyTileAndDirectionIsExactOnWholeNumbers(MathMode mode) {
    for (Conv2dShape s : SHAPES) {
      float[][] o = {
        KernelData.wholes(s.inputSize(), 1),
        KernelData.wholes(s.weightSize(), 2),
        KernelData.wholes(s.outputSize(), 3)
      };
      float[] expected = onCpu((backend, scope) -> onCpu(backend, scope, s, o));
      for (CudaBackend cuda : backends()) {
        for (Tile tile : List.of(Tile.TENSOR_32, Tile.TENSOR_64, Tile.TENSOR_128)) {
          float[] y = run(cuda, (backend, scope) -> onCuda(cuda, scope, s, o, mode, tile));
          assertArrayEquals(expected, y, mode + " " + tile + " " + s);
        }
      }
    }
  }

  /** Also where {@code ImageGradientCuda} has no kernel: as many outputs, or one channel. */
  @ParameterizedTest
  @EnumSource(
      value = MathMode.class,
      names = {"TF32", "BF16"})
  void theGradientOfImagesIsExact(MathMode mode) {
    for (Conv2dShape s :
        List.of(Conv2dShape.of(1, 8, 9, 3, 24, 3, 2, 1), Conv2dShape.of(2, 7, 6, 1, 8, 5, 1, 2))) {
      float[] w = KernelData.signed(s.weightSize(), 1);
      float[] dy = KernelData.signed(s.outputSize(), 2);
      for (CudaBackend cuda : backends()) {
        float[] exact =
            run(cuda, (backend, scope) -> gradient(cuda, scope, s, w, dy, MathMode.F32));
        assertArrayEquals(
            exact, run(cuda, (backend, scope) -> gradient(cuda, scope, s, w, dy, mode)));
      }
    }
  }

  private static float[] gradient(
      CudaBackend cuda, Scope scope, Conv2dShape s, float[] w, float[] dy, MathMode mode) {
    Tensor dx = scope.f32(s.inputSize());
    new Conv2dCuda(cuda.gpu(), mode)
        .backwardInput(
            s,
            cuda.address(scope.of(dy, dy.length)),
            cuda.address(scope.of(w, w.length)),
            cuda.address(dx));
    return cuda.memory().toArray(dx);
  }
}
