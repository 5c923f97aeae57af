package org.intraq.bench.torch;

import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.kernel.gemm.GemmCases;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Matrix products and convolutions. */
final class Convolutions {
  private Convolutions() {}

  static void addTo(Map<String, Operation> operations) {
    operations.put("gemm", (problem, in, layout) -> gemm(problem, in));
    operations.put("conv.forward", (problem, in, layout) -> forward(problem, in));
    operations.put("conv.backwardInput", Convolutions::backwardInput);
    operations.put("conv.backwardWeights", Convolutions::backwardWeights);
  }

  private static Operation.Runner gemm(KernelCase problem, Tensor[] in) {
    GemmCases.Geometry g = (GemmCases.Geometry) problem.geometry();
    Tensor a = g.transposeA() ? in[0].t() : in[0];
    Tensor b = g.transposeB() ? in[1].t() : in[1];
    Tensor c = torch.mm(a, b);
    return () -> new Tensor[] {torch.mm_out(c, a, b)};
  }

  /** The convolution, after explicit padding where that is not symmetric. */
  static Tensor convolve(Conv2dShape s, Tensor x, Tensor w, TensorOptional bias) {
    boolean symmetric = isSymmetric(s);
    Tensor padded =
        symmetric ? x : torch.pad(x, s.padLeft(), s.padRight(), s.padTop(), s.padBottom());
    long[] padding = symmetric ? padding(s) : new long[] {0, 0};
    return torch.conv2d(padded, w, bias, strides(s), padding, dilations(s), s.groups());
  }

  private static Operation.Runner forward(KernelCase problem, Tensor[] in) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    TensorOptional none = new TensorOptional();
    return () -> new Tensor[] {convolve(s, in[0], in[1], none)};
  }

  private static Operation.Runner backwardInput(KernelCase problem, Tensor[] in, Layout layout) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    Tensor x = layout.of(torch.randn(s.n(), s.ic(), s.h(), s.w()));
    BoolPointer wanted = Tensors.flags(true, false, false);
    return () -> new Tensor[] {backward(s, in[0], x, in[1], wanted).get0()};
  }

  private static Operation.Runner backwardWeights(KernelCase problem, Tensor[] in, Layout layout) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    Tensor w = layout.of(torch.randn(s.oc(), s.icPerGroup(), s.kh(), s.kw()));
    BoolPointer wanted = Tensors.flags(false, true, false);
    return () -> new Tensor[] {backward(s, in[1], in[0], w, wanted).get1()};
  }

  static org.bytedeco.pytorch.T_TensorTensorTensor_T backward(
      Conv2dShape s, Tensor dy, Tensor x, Tensor w, BoolPointer wanted) {
    if (!isSymmetric(s)) {
      throw new UnsupportedOperationException("a gradient with asymmetric padding");
    }
    return torch.convolution_backward(
        dy,
        x,
        w,
        new LongArrayRefOptional(),
        strides(s),
        padding(s),
        dilations(s),
        false,
        new long[] {0, 0},
        s.groups(),
        wanted);
  }

  private static boolean isSymmetric(Conv2dShape s) {
    return s.padTop() == s.padBottom() && s.padLeft() == s.padRight();
  }

  private static long[] strides(Conv2dShape s) {
    return new long[] {s.strideH(), s.strideW()};
  }

  private static long[] padding(Conv2dShape s) {
    return new long[] {s.padTop(), s.padLeft()};
  }

  private static long[] dilations(Conv2dShape s) {
    return new long[] {s.dilationH(), s.dilationW()};
  }
}
