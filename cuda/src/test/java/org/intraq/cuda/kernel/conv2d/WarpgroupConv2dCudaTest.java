package org.intraq.cuda.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.kernel.conv2d.WarpgroupConv2dCuda.Tile;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions by warpgroups, on the host as a Hopper device and on a GPU that is one. */
class WarpgroupConv2dCudaTest {
  private List<CudaBackend> backends = List.of();
  private CpuBackend cpu;

  @BeforeEach
  void open() {
    backends = CudaTesting.hopper();
    cpu = CpuBackend.reference(1);
  }

  @AfterEach
  void close() {
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.memory().liveBytes(), "leaked bytes");
      backend.close();
    }
    cpu.close();
  }

  /** Windows and strides of all kinds, depths that end within a step, several units of filters. */
  static Stream<Arguments> cases() {
    List<Conv2dShape> shapes =
        List.of(
            Conv2dShape.of(2, 9, 11, 40, 72, 3, 1, 1),
            Conv2dShape.of(1, 10, 7, 32, 136, 3, 2, 1),
            Conv2dShape.of(3, 5, 6, 16, 8, 1, 1, 0),
            Conv2dShape.of(1, 6, 5, 72, 32, 1, 2, 0),
            new Conv2dShape(1, 9, 8, 8, 16, 1, 3, 2, 3, 2, 1, 0, 4, 1, 2, 1),
            new Conv2dShape(1, 8, 8, 16, 8, 3, 3, 3, 1, 0, 0, 1, 1, 2, 3, 1),
            new Conv2dShape(1, 5, 5, 8, 40, 2, 2, 3, 3, 0, 0, 0, 0, 1, 1, 1));
    return Stream.of(MathMode.TF32, MathMode.BF16)
        .flatMap(mode -> shapes.stream().map(shape -> Arguments.of(mode, shape)));
  }

  /** As the kernels read the operand that is gathered: TF32 without its last bits. */
  private static float[] gathered(float[] values, MathMode mode) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      result[i] = mode == MathMode.TF32 ? Float.intBitsToFloat(bits & 0xffffe000) : bf16(bits);
    }
    return result;
  }

  private static float[] filters(float[] values, MathMode mode) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      result[i] =
          mode == MathMode.TF32 ? Float.intBitsToFloat(bits + 0x1000 & 0xffffe000) : bf16(bits);
    }
    return result;
  }

  private static float bf16(int bits) {
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  private static float[] onCpu(Backend cpu, Conv2dShape s, boolean forward, float[] in, float[] w) {
    try (Scope scope = new Scope(cpu, "reference")) {
      Tensor ws = scope.of(w, s.kh(), s.kw(), s.ic(), s.oc());
      Tensor x = scope.f32(s.n(), s.h(), s.w(), s.ic());
      Tensor y = scope.f32(s.n(), s.outH(), s.outW(), s.oc());
      cpu.memory().upload(in, 0, forward ? x : y);
      if (forward) {
        cpu.convolution().forward(s, x, ws, y);
      } else {
        cpu.convolution().backwardInput(s, y, ws, x);
      }
      return cpu.memory().toArray(forward ? y : x);
    }
  }

  private static float[] onCuda(
      CudaBackend cuda, MathMode mode, Conv2dShape s, boolean forward, float[] in, float[] w) {
    try (Scope scope = new Scope(cuda, "convolution")) {
      int size = forward ? s.outputSize() : s.inputSize();
      Tensor out = scope.of(nans(size), size);
      long from = cuda.address(scope.of(in, in.length));
      long ws = cuda.address(scope.of(w, w.length));
      WarpgroupConv2dCuda kernel = new WarpgroupConv2dCuda(cuda.gpu(), mode);
      if (forward) {
        kernel.forward(s, from, ws, cuda.address(out));
      } else {
        kernel.backwardInput(s, from, ws, cuda.address(out));
      }
      return cuda.memory().toArray(out);
    }
  }

  /** With operands rounded beforehand the products are exact, and only sums round. */
  @ParameterizedTest
  @MethodSource("cases")
  void sumsOfRoundedOperandsAreThoseOfTheCpu(MathMode mode, Conv2dShape s) {
    float[] w = signed(s.weightSize(), 2);
    for (boolean forward : new boolean[] {true, false}) {
      float[] in = signed(forward ? s.inputSize() : s.outputSize(), 1);
      float[] exact = gathered(in, mode);
      float[] exactW = filters(w, mode);
      float[] expected = onCpu(cpu, s, forward, exact, exactW);
      float[] scale = onCpu(cpu, s, forward, absolute(exact), absolute(exactW));
      int terms = s.kh() * s.kw() * (forward ? s.ic() : s.oc());
      for (CudaBackend cuda : backends) {
        float[] found = onCuda(cuda, mode, s, forward, in, w);
        assertWithin((forward ? "forward " : "input ") + s, expected, found, terms, scale);
        assertArrayEquals(found, onCuda(cuda, mode, s, forward, in, w), "other bits again");
      }
    }
  }

  @Test
  void tilesFollowTheShape() {
    assertEquals(new Tile(128, 256), Tile.of(50_176, 256));
    assertEquals(new Tile(256, 128), Tile.of(200_704, 128));
    assertEquals(new Tile(256, 64), Tile.of(802_816, 64));
    assertEquals(new Tile(256, 128), Tile.of(1 << 17, 96));
    assertEquals(new Tile(256, 64), Tile.of(4096, 512));
  }

  @Test
  void othersAreLeftToTiles() {
    Conv2dShape large = Conv2dShape.of(64, 14, 14, 64, 64, 3, 1, 1);
    for (CudaBackend cuda : backends) {
      WarpgroupConv2dCuda kernel = new WarpgroupConv2dCuda(cuda.gpu(), MathMode.BF16);
      assertTrue(kernel.suitsForward(large, 256, 512));
      assertTrue(kernel.suitsBackward(large, 256, 512));
      assertFalse(kernel.suitsForward(large, 260, 512), "alignment");
      Conv2dShape narrow = Conv2dShape.of(64, 14, 14, 16, 64, 3, 1, 1);
      assertTrue(kernel.suitsForward(narrow, 256, 512));
      assertFalse(kernel.suitsBackward(narrow, 256, 512));
      Conv2dShape few = Conv2dShape.of(1, 14, 14, 64, 64, 3, 1, 1);
      assertFalse(kernel.suitsForward(few, 256, 512));
      Conv2dShape odd = Conv2dShape.of(64, 14, 14, 60, 64, 3, 1, 1);
      assertFalse(kernel.suitsForward(odd, 256, 512));
      WarpgroupConv2dCuda exact = new WarpgroupConv2dCuda(cuda.gpu(), MathMode.F32);
      assertFalse(exact.suitsForward(large, 256, 512));
    }
  }
}
