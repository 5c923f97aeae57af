package org.intraq.cuda.kernel.conv2d;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageGradientCudaTest extends ConvolutionParityTesting {
  /** First layers of ResNet-18, the MobileNets and ResNet-20 on odd images, and their relatives. */
  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.of(2, 13, 15, 3, 64, 7, 2, 3),
        Conv2dShape.of(1, 8, 34, 3, 64, 7, 2, 3),
        Conv2dShape.of(2, 11, 18, 3, 32, 3, 2, 1),
        Conv2dShape.of(1, 5, 17, 3, 16, 3, 1, 1),
        // Rows and columns that no window reaches, and padding on one side alone.
        new Conv2dShape(1, 10, 9, 3, 32, 3, 3, 2, 2, 0, 1, 0, 0, 1, 1, 1),
        new Conv2dShape(1, 7, 8, 3, 64, 3, 7, 2, 2, 1, 3, 1, 3, 1, 1, 1),
        new Conv2dShape(0, 8, 8, 3, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void gradientIsWithinTheBound(Conv2dShape s) {
    assertTrue(ImageGradientCuda.suits(s, 0), s.toString());
    check(s, false);
  }

  @Test
  void othersAreLeftToTiles() {
    assertFalse(ImageGradientCuda.suits(Conv2dShape.of(1, 8, 8, 3, 64, 7, 2, 3), 4), "alignment");
    for (Conv2dShape s :
        List.of(
            Conv2dShape.of(1, 8, 8, 4, 64, 7, 2, 3),
            Conv2dShape.of(1, 8, 8, 3, 32, 7, 2, 3),
            Conv2dShape.of(1, 8, 8, 3, 64, 5, 2, 2),
            Conv2dShape.of(1, 8, 8, 3, 16, 3, 2, 1),
            new Conv2dShape(1, 8, 8, 3, 16, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1))) {
      assertFalse(ImageGradientCuda.suits(s, 0), s.toString());
    }
  }

  /** A block that takes several turns leaves what as many blocks as strips leave. */
  @Test
  void aFewBlocksGiveTheSameBits() {
    Conv2dShape s = Conv2dShape.of(3, 9, 37, 3, 16, 3, 1, 1);
    float[] w = KernelData.signed(s.weightSize(), 6);
    float[] dy = KernelData.signed(s.outputSize(), 7);
    for (CudaBackend cuda : backends()) {
      float[] first = null;
      for (int blocks : new int[] {1, 2, 1000}) {
        Work work =
            (backend, scope) -> {
              Tensor dx = scope.f32(s.inputSize());
              new ImageGradientCuda(cuda.gpu(), blocks)
                  .backwardInput(
                      s,
                      cuda.address(scope.of(dy, dy.length)),
                      cuda.address(scope.of(w, w.length)),
                      cuda.address(dx));
              return backend.memory().toArray(dx);
            };
        float[] dx = run(cuda, work);
        first = first == null ? dx : first;
        assertEquals(s.inputSize(), dx.length);
        assertArrayEquals(first, dx);
      }
    }
  }
}
