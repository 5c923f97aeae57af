package org.intraq.cuda.kernel.conv2d;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda.Tile;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Conv2dCudaTest extends ConvolutionParityTesting {
  /** Every tile, with and without vectors, and every kind of window. */
  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.of(2, 5, 6, 3, 5, 3, 1, 1),
        Conv2dShape.of(1, 9, 11, 3, 20, 7, 2, 3),
        Conv2dShape.of(2, 4, 5, 16, 16, 3, 1, 1),
        Conv2dShape.of(1, 7, 6, 8, 36, 3, 2, 1),
        Conv2dShape.of(1, 5, 4, 36, 12, 1, 1, 0),
        Conv2dShape.of(1, 6, 5, 20, 10, 1, 2, 0),
        Conv2dShape.of(1, 6, 7, 4, 6, 5, 3, 2),
        Conv2dShape.of(1, 1, 1, 1, 1, 1, 1, 0),
        // n h w ic oc kh kw strides, padding (top left bottom right), dilation, groups
        new Conv2dShape(1, 9, 8, 6, 4, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 2),
        new Conv2dShape(1, 8, 9, 12, 8, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 4),
        new Conv2dShape(2, 2, 1, 5, 7, 5, 4, 1, 1, 4, 3, 4, 3, 1, 1, 1),
        new Conv2dShape(1, 8, 8, 4, 8, 3, 3, 3, 1, 0, 0, 1, 1, 2, 3, 1),
        new Conv2dShape(1, 5, 5, 8, 40, 2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1),
        new Conv2dShape(0, 4, 4, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        new Conv2dShape(3, 0, 4, 8, 8, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void allDirectionsAreWithinTheBound(Conv2dShape s) {
    check(s, false);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 20})
  void windowsAtOddOffsetsTakeNoVectors(int channels) {
    check(Conv2dShape.of(1, 4, 5, channels, 2 * channels, 3, 1, 1), true);
  }

  /** Pixels for several slices of the weight gradient and several tiles of rows. */
  @Test
  void severalSlicesAreWithinTheBound() {
    check(Conv2dShape.of(2, 19, 18, 4, 3, 3, 1, 1), false);
  }

  /** Tiles of 128 x 128 would take large shapes; here they are made to. */
  @Test
  void everyTileGivesTheSameBits() {
    Conv2dShape s = Conv2dShape.of(1, 12, 11, 8, 12, 3, 1, 1);
    float[] x = KernelData.signed(s.inputSize(), 5);
    float[] w = KernelData.signed(s.weightSize(), 6);
    float[] dy = KernelData.signed(s.outputSize(), 7);
    for (CudaBackend cuda : backends()) {
      float[] first = null;
      for (Tile tile :
          List.of(Tile.OF_128, Tile.OF_64, Tile.OF_64_SPREAD, Tile.OF_32, Tile.OF_16)) {
        float[] y =
            run(
                cuda,
                (backend, scope) -> {
                  Tensor all = scope.f32(s.outputSize() + s.inputSize() + s.weightSize());
                  long at = cuda.address(all);
                  long xs = cuda.address(scope.of(x, x.length));
                  long ws = cuda.address(scope.of(w, w.length));
                  long dys = cuda.address(scope.of(dy, dy.length));
                  Conv2dCuda kernel = new Conv2dCuda(cuda.gpu(), MathMode.F32, tile);
                  kernel.forward(s, xs, ws, at);
                  kernel.backwardInput(s, dys, ws, at + 4L * s.outputSize());
                  long dw = at + 4L * (s.outputSize() + s.inputSize());
                  kernel.backwardWeights(s, xs, dys, 0, dw);
                  return backend.memory().toArray(all);
                });
        first = first == null ? y : first;
        assertArrayEquals(first, y, tile.toString());
      }
    }
  }

  @Test
  void tilesFollowTheShape() {
    assertEquals(Tile.OF_16, Tile.of(false, 1 << 18, 16, 1));
    assertEquals(Tile.OF_32, Tile.of(false, 1 << 16, 32, 1));
    assertEquals(Tile.OF_64, Tile.of(false, 1 << 16, 64, 1));
    assertEquals(Tile.OF_64_SPREAD, Tile.of(false, 1 << 14, 64, 1));
    assertEquals(Tile.OF_128, Tile.of(false, 1 << 16, 128, 1));
    assertEquals(Tile.OF_64, Tile.of(false, 49, 512, 1));
    assertEquals(Tile.TENSOR_32, Tile.of(true, 1 << 16, 16, 1));
    assertEquals(2 * 3, Tile.OF_128.blocks(129, 257));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 8})
  void biasIsThatOfTheCpu(int channels) {
    float[] x = KernelData.signed(5 * channels, 8);
    float[] bias = KernelData.signed(channels, 9);
    Work work =
        (backend, scope) -> {
          Tensor xs = scope.of(x, 5, channels);
          Tensor odd = scope.f32(5 * channels + 1).slice(1, 5 * channels + 1).reshape(5, channels);
          backend.convolution().addBias(xs, scope.of(bias, channels), odd);
          backend.convolution().addBias(xs, scope.of(bias, channels), xs);
          assertArrayEquals(backend.memory().toArray(xs), backend.memory().toArray(odd));
          return backend.memory().toArray(xs);
        };
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(onCpu(work), run(cuda, work));
    }
  }
}
