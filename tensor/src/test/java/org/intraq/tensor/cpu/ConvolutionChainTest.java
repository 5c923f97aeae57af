package org.intraq.tensor.cpu;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.FusedConvolutionOps;
import org.intraq.tensor.backend.FusedConvolutionOps.Link;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains against the same convolutions one by one: the same bits. */
@Tag("kernel")
class ConvolutionChainTest {
  private static final float NONE = Float.POSITIVE_INFINITY;

  /** Geometry of the middle, with the channels before and behind. */
  record Chain(int ic, Conv2dShape middle, int oc) {
    List<Conv2dShape> shapes() {
      Conv2dShape m = middle;
      return List.of(
          Conv2dShape.of(m.n(), m.h(), m.w(), ic, m.ic(), 1, 1, 0),
          m,
          Conv2dShape.of(m.n(), m.outH(), m.outW(), m.oc(), oc, 1, 1, 0));
    }
  }

  private static Conv2dShape middle(
      int n, int h, int w, int c, int k, int stride, int top, int bottom, int dilation) {
    return new Conv2dShape(
        n, h, w, c, c, k, k, stride, stride, top, k / 2, bottom, k / 2, dilation, dilation, c);
  }

  /** 28x28x144, 41x23x100 and 57x31x96 take two and three strips an image. */
  static List<Chain> chains() {
    return List.of(
        new Chain(5, Conv2dShape.depthwise(2, 7, 7, 24, 3, 1, 1), 9),
        new Chain(16, Conv2dShape.depthwise(1, 28, 28, 144, 3, 1, 1), 24),
        new Chain(16, Conv2dShape.depthwise(3, 41, 23, 100, 3, 1, 1), 16),
        new Chain(24, Conv2dShape.depthwise(2, 57, 31, 96, 3, 2, 1), 24),
        new Chain(8, middle(1, 50, 33, 80, 5, 1, 4, 0, 1), 17),
        new Chain(8, middle(2, 51, 33, 80, 3, 2, 0, 1, 1), 17),
        new Chain(8, middle(1, 50, 40, 72, 3, 1, 2, 3, 2), 32),
        new Chain(8, middle(1, 40, 40, 96, 3, 3, 0, 0, 1), 16),
        new Chain(8, middle(1, 40, 40, 96, 3, 1, 2, 1, 1), 16),
        new Chain(8, middle(2, 1, 9, 32, 3, 1, 1, 1, 1), 16));
  }

  private static Tensor tensor(Backend backend, Scope scope, int seed, int... extents) {
    Tensor t = scope.f32(extents);
    backend.memory().upload(signed(t.size(), seed), 0, t);
    return t;
  }

  private static List<Link> links(Backend backend, Scope scope, boolean frozen, Chain chain) {
    List<Link> links = new ArrayList<>();
    for (Conv2dShape s : chain.shapes()) {
      int seed = 10 * links.size();
      Tensor w = tensor(backend, scope, seed, s.kh(), s.kw(), s.icPerGroup(), s.oc());
      boolean last = links.size() == 2;
      links.add(
          new Link(
              s,
              frozen ? backend.fusedConvolution().freeze(s, w) : ConvolutionWeights.of(w),
              tensor(backend, scope, seed + 1, s.oc()),
              tensor(backend, scope, seed + 2, s.oc()),
              last ? -NONE : 0f,
              last ? NONE : 6f));
    }
    return links;
  }

  private static float[] run(Backend backend, boolean frozen, boolean residual, Chain chain) {
    try (Scope scope = new Scope(backend, "chain")) {
      Conv2dShape m = chain.middle;
      int[] out = {m.n(), m.outH(), m.outW(), chain.oc};
      Tensor y = tensor(backend, scope, 50, out);
      backend
          .fusedConvolution()
          .chain(
              scope,
              links(backend, scope, frozen, chain),
              tensor(backend, scope, 51, m.n(), m.h(), m.w(), chain.ic),
              residual ? tensor(backend, scope, 52, out) : null,
              y);
      return backend.memory().toArray(y);
    }
  }

  private static float[] oneByOne(Backend backend, boolean residual, Chain chain) {
    try (Scope scope = new Scope(backend, "one by one")) {
      Conv2dShape m = chain.middle;
      Tensor in = tensor(backend, scope, 51, m.n(), m.h(), m.w(), chain.ic);
      List<Link> links = links(backend, scope, true, chain);
      for (Link link : links) {
        Conv2dShape s = link.shape();
        boolean added = residual && link == links.getLast();
        Tensor out = scope.f32(s.n(), s.outH(), s.outW(), s.oc());
        backend
            .fusedConvolution()
            .forward(
                s,
                in,
                link.w(),
                link.scale(),
                link.shift(),
                added ? tensor(backend, scope, 52, s.n(), s.outH(), s.outW(), s.oc()) : null,
                link.floor(),
                link.cap(),
                null,
                out,
                null,
                null);
        in = out;
      }
      return backend.memory().toArray(in);
    }
  }

  @ParameterizedTest
  @MethodSource("chains")
  void equalTheirLinksBitForBitWithAnyNumberOfThreads(Chain chain) {
    for (int threads = 1; threads <= 3; threads++) {
      try (CpuBackend backend = new CpuBackend(threads)) {
        for (boolean residual : new boolean[] {false, true}) {
          String what = chain + ", " + threads + " threads, residual " + residual;
          float[] want = oneByOne(backend, residual, chain);
          assertArrayEquals(want, run(backend, true, residual, chain), what);
          assertArrayEquals(want, run(backend, false, residual, chain), what + ", not frozen");
        }
        assertEquals(0, backend.memory().liveStorages(), "leaked storages");
      }
    }
  }

  @Test
  void refusesLinksThatDoNotFitTogether() {
    Chain small = new Chain(5, Conv2dShape.depthwise(2, 7, 7, 24, 3, 1, 1), 9);
    try (CpuBackend backend = new CpuBackend(1);
        Scope scope = new Scope(backend, "refused")) {
      FusedConvolutionOps ops = backend.fusedConvolution();
      List<Link> links = links(backend, scope, true, small);
      Tensor x = tensor(backend, scope, 1, 2, 7, 7, 5);
      Tensor y = tensor(backend, scope, 2, 2, 7, 7, 9);
      Exception gap =
          assertThrows(
              IllegalArgumentException.class,
              () -> ops.chain(scope, List.of(links.get(0), links.get(0)), x, null, y));
      assertTrue(gap.getMessage().contains("fusedConvolution.chain"), gap.getMessage());
      assertTrue(gap.getMessage().contains("begin where the last one ends"), gap.getMessage());
      Exception same =
          assertThrows(IllegalArgumentException.class, () -> ops.chain(scope, links, x, y, y));
      assertTrue(same.getMessage().contains("residual"), same.getMessage());
    }
  }
}
