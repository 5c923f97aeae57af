package org.intraq.bench.torch;

import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.kernel.conv2d.FusedBlockCases;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Blocks of a convolution, BatchNorm, rectifier and quantizer as one writes them with PyTorch:
 * operation by operation, in place where nothing else reads the tensor, backwards by autograd.
 */
final class FusedBlocks {
  private FusedBlocks() {}

  static void addTo(Map<String, Operation> operations) {
    operations.put("blockForward", FusedBlocks::forward);
    operations.put("blockBackwardInput", FusedBlocks::backwardInput);
    operations.put("quantizedBlockForward", (p, in, layout) -> quantizedForward(p, in));
    operations.put("quantizedBlockBackwardInput", (p, in, layout) -> backward(p, in, false));
    operations.put("quantizedBlockBackward", (p, in, layout) -> backward(p, in, true));
  }

  private static Operation.Runner forward(KernelCase problem, Tensor[] in, Layout layout) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    TensorOptional none = new TensorOptional();
    MemoryBound.Affine affine = new MemoryBound.Affine(in[2], in[3]);
    return () -> {
      Tensor z = Convolutions.convolve(s, in[0], in[1], none);
      Tensor[] moments = layout.moments(z);
      return new Tensor[] {z, torch.relu_(affine.apply(z)), moments[0], moments[1]};
    };
  }

  private static Operation.Runner backwardInput(KernelCase problem, Tensor[] in, Layout layout) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    Operation.Runner elementwise =
        MemoryBound.affineReluBackward(
            new Tensor[] {in[0], in[2], in[5], in[3], in[6], in[7], in[4]}, layout);
    Tensor x = layout.of(torch.randn(s.n(), s.ic(), s.h(), s.w()));
    BoolPointer wanted = Tensors.flags(true, false, false);
    return () ->
        new Tensor[] {Convolutions.backward(s, elementwise.run()[0], x, in[1], wanted).get0()};
  }

  private static Operation.Runner quantizedForward(KernelCase problem, Tensor[] in) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    TensorOptional none = new TensorOptional();
    MemoryBound.Affine affine = new MemoryBound.Affine(in[2], in[3]);
    return () -> {
      Tensor a = torch.relu_(affine.apply(Convolutions.convolve(s, in[0], in[1], none)));
      return new Tensor[] {quantize(a, in[4])};
    };
  }

  private static Tensor quantize(Tensor a, Tensor range) {
    return SmallOperations.quantize(
        a, range.select(0, 0), range.select(0, 1), FusedBlockCases.BITS);
  }

  /** The engine's dw is that of the convolution alone; the scale comes on top of it here. */
  private static Operation.Runner backward(KernelCase problem, Tensor[] in, boolean both) {
    Conv2dShape s = (Conv2dShape) problem.geometry();
    Tensor x = in[0].detach().requires_grad_(true);
    Tensor w = in[1].detach().requires_grad_(both);
    MemoryBound.Affine affine = new MemoryBound.Affine(in[2], in[3]);
    Tensor a = torch.relu(affine.apply(Convolutions.convolve(s, x, w, new TensorOptional())));
    Tensor y = a.add(quantize(a.detach(), in[4]).sub_(a.detach()));
    TensorVector outputs = new TensorVector(y);
    TensorVector inputs = both ? new TensorVector(x, w) : new TensorVector(x);
    TensorVector gradients = new TensorVector(in[5]);
    BoolOptional retain = new BoolOptional(true);
    Tensor scale = in[2].view(-1, 1, 1, 1);
    return new Operation.Runner() {
      @Override
      public Tensor[] run() {
        TensorVector all = torch.grad(outputs, inputs, gradients, retain, false, false);
        return new Tensor[] {all.get(both ? 1 : 0)};
      }

      @Override
      public Tensor[] comparable(Tensor[] results) {
        return both ? new Tensor[] {results[0].div(scale)} : results;
      }
    };
  }
}
