package org.intraq.tensor.cpu;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.FusedConvolutionOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.backend.SeparateConvolution;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused operations against the separate ones that they stand for. */
class FusedConvolutionTest {
  private static final CpuBackend CPU = new CpuBackend(2);
  private static final float NONE = Float.POSITIVE_INFINITY;

  @AfterAll
  static void close() {
    assertEquals(0, CPU.memory().liveStorages(), "leaked storages");
    CPU.close();
  }

  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.of(3, 9, 7, 16, 32, 3, 1, 1),
        Conv2dShape.of(2, 9, 8, 3, 16, 3, 1, 1),
        Conv2dShape.of(3, 11, 11, 24, 40, 1, 1, 0),
        Conv2dShape.of(2, 9, 8, 16, 24, 3, 2, 1),
        Conv2dShape.of(2, 9, 8, 16, 24, 1, 2, 0),
        Conv2dShape.depthwise(2, 13, 12, 24, 3, 1, 1),
        Conv2dShape.depthwise(2, 13, 12, 24, 3, 2, 1));
  }

  /** Which of the optional parts a call has. */
  private record Parts(boolean rectified, boolean residual, boolean moments, boolean keepsZ) {}

  private static List<Parts> parts() {
    List<Parts> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(new Parts((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0));
    }
    return all;
  }

  private static Tensor tensor(Scope scope, int seed, int... extents) {
    Tensor t = scope.f32(extents);
    CPU.memory().upload(signed(t.size(), seed), 0, t);
    return t;
  }

  /** y, then z, mean and variance where they are asked for. */
  private static List<float[]> forward(
      FusedConvolutionOps ops, boolean frozen, Conv2dShape s, Parts p) {
    try (Scope scope = new Scope(CPU, "forward")) {
      Tensor w = tensor(scope, 1, s.kh(), s.kw(), s.icPerGroup(), s.oc());
      Tensor y = tensor(scope, 2, s.n(), s.outH(), s.outW(), s.oc());
      Tensor z = p.keepsZ ? tensor(scope, 3, s.n(), s.outH(), s.outW(), s.oc()) : null;
      Tensor mean = p.moments ? tensor(scope, 4, s.oc()) : null;
      Tensor variance = p.moments ? tensor(scope, 5, s.oc()) : null;
      ops.forward(
          s,
          tensor(scope, 6, s.n(), s.h(), s.w(), s.ic()),
          frozen ? ops.freeze(s, w) : ConvolutionWeights.of(w),
          tensor(scope, 7, s.oc()),
          tensor(scope, 8, s.oc()),
          p.residual ? tensor(scope, 9, s.n(), s.outH(), s.outW(), s.oc()) : null,
          p.rectified ? 0f : -NONE,
          p.rectified ? 6f : NONE,
          z,
          y,
          mean,
          variance);
      return arrays(y, z, mean, variance);
    }
  }

  /** dx, and dResidual where there is one. */
  private static List<float[]> backward(
      FusedConvolutionOps ops, boolean frozen, Conv2dShape s, Parts p) {
    try (Scope scope = new Scope(CPU, "backward")) {
      int[] out = {s.n(), s.outH(), s.outW(), s.oc()};
      Tensor w = tensor(scope, 1, s.kh(), s.kw(), s.icPerGroup(), s.oc());
      Tensor dy = tensor(scope, 2, out);
      Tensor dx = tensor(scope, 3, s.n(), s.h(), s.w(), s.ic());
      Tensor dResidual = p.residual ? p.keepsZ ? dy : tensor(scope, 4, out) : null;
      ops.backwardInput(
          s,
          dy,
          frozen ? ops.freeze(s, w) : ConvolutionWeights.of(w),
          p.rectified ? tensor(scope, 5, out) : null,
          p.rectified ? 0.5f : NONE,
          tensor(scope, 6, s.oc()),
          null,
          p.moments ? tensor(scope, 7, out) : null,
          p.moments ? tensor(scope, 8, s.oc()) : null,
          p.moments ? tensor(scope, 9, s.oc()) : null,
          dResidual,
          p.keepsZ,
          dx);
      return arrays(dx, dResidual);
    }
  }

  private static List<float[]> arrays(Tensor... tensors) {
    List<float[]> arrays = new ArrayList<>();
    for (Tensor t : tensors) {
      if (t != null) {
        arrays.add(CPU.memory().toArray(t));
      }
    }
    return arrays;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void equalTheSeparateOperations(Conv2dShape s) {
    FusedConvolutionOps separate = new SeparateConvolution(CPU);
    int terms = s.kh() * s.kw() * Math.max(s.icPerGroup(), s.ocPerGroup());
    for (Parts p : parts()) {
      for (boolean frozen : new boolean[] {false, true}) {
        String what = s + " " + p;
        assertClose(
            what,
            terms,
            forward(separate, frozen, s, p),
            forward(CPU.fusedConvolution(), frozen, s, p));
        assertClose(
            what,
            terms,
            backward(separate, frozen, s, p),
            backward(CPU.fusedConvolution(), frozen, s, p));
      }
    }
  }

  /** Both have the same convolution; what remains are roundings of terms of the size of the sum. */
  private static void assertClose(String what, int terms, List<float[]> want, List<float[]> got) {
    assertEquals(want.size(), got.size(), what);
    for (int i = 0; i < want.size(); i++) {
      float largest = 1;
      for (float v : want.get(i)) {
        assertTrue(Float.isFinite(v), what);
        largest = Math.max(largest, Math.abs(v));
      }
      for (int j = 0; j < want.get(i).length; j++) {
        assertEquals(want.get(i)[j], got.get(i)[j], (terms + 16) * EPS * largest, what);
      }
    }
  }

  @Test
  void refuseWhatDoesNotFitByName() {
    Conv2dShape s = Conv2dShape.of(1, 4, 4, 3, 5, 3, 1, 1);
    try (Scope scope = new Scope(CPU, "refused")) {
      Tensor wrong = tensor(scope, 1, 3, 3, 5, 3);
      Exception shape =
          assertThrows(
              IllegalArgumentException.class, () -> CPU.fusedConvolution().freeze(s, wrong));
      assertTrue(shape.getMessage().contains("fusedConvolution.freeze"), shape.getMessage());
      Tensor w = tensor(scope, 1, 3, 3, 3, 5);
      Tensor x = tensor(scope, 2, 1, 4, 4, 3);
      Tensor y = tensor(scope, 3, 1, 4, 4, 5);
      Tensor c = tensor(scope, 4, 5);
      Exception floor =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  CPU.fusedConvolution()
                      .forward(
                          s,
                          x,
                          ConvolutionWeights.of(w),
                          c,
                          c,
                          null,
                          -1f,
                          NONE,
                          null,
                          y,
                          null,
                          null));
      assertTrue(floor.getMessage().contains("a floor of 0"), floor.getMessage());
    }
  }
}
