package org.intraq.bench.torch;

import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.kernel.batchnorm.BatchNormCases;
import org.intraq.bench.kernel.pool.PoolCases;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * BatchNorm, element-wise arithmetic, pooling: into given tensors, as the engine, where PyTorch has
 * such a form; the gradients of BatchNorm and what goes through autograd are returned in new ones.
 */
final class MemoryBound {
  private MemoryBound() {}

  static void addTo(Map<String, Operation> operations) {
    operations.put(
        "batchMoments",
        (p, in, layout) -> {
          Tensor squares = layout.squares() ? torch.empty_like(in[0]) : null;
          return () -> layout.moments(in[0], squares);
        });
    operations.put(
        "affineRelu",
        (p, in, layout) -> {
          Affine affine = new Affine(in[1], in[2]);
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.relu_(affine.apply(in[0], out))};
        });
    operations.put(
        "affineAddRelu",
        (p, in, layout) -> {
          Affine affine = new Affine(in[1], in[2]);
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.relu_(affine.apply(in[0], out).add_(in[3]))};
        });
    operations.put("affineReluBackward", (p, in, layout) -> affineReluBackward(in, layout));
    operations.put("batchNormTrain", (p, in, layout) -> train(in));
    operations.put("batchNormTrainBackward", (p, in, layout) -> trainBackward(in));
    addElementwise(operations);
    addPooling(operations);
  }

  /** Evaluation-mode BatchNorm with running mean 0 and variance 1: a scale and a shift. */
  record Affine(
      TensorOptional scale,
      TensorOptional shift,
      TensorOptional mean,
      TensorOptional variance,
      Tensor unusedMean,
      Tensor unusedInverse) {
    Affine(Tensor scale, Tensor shift) {
      this(
          new TensorOptional(scale),
          new TensorOptional(shift),
          new TensorOptional(torch.zeros_like(scale)),
          new TensorOptional(torch.ones_like(scale)),
          torch.empty(0),
          torch.empty(0));
    }

    Tensor apply(Tensor x) {
      return torch.batch_norm(x, scale, shift, mean, variance, false, 0.1, 0, true);
    }

    Tensor apply(Tensor x, Tensor out) {
      return torch
          .native_batch_norm_out(
              out, unusedMean, unusedInverse, x, scale, shift, mean, variance, false, 0.1, 0)
          .get0();
    }
  }

  /**
   * Back from y = relu(BatchNorm(z)) and from the moments of z by autograd; dMean and dVariance
   * follow from the coefficients that the engine gets.
   */
  static Operation.Runner affineReluBackward(Tensor[] in, Layout layout) {
    Tensor z = in[2].detach().requires_grad_(true);
    Tensor y = torch.relu(new Affine(in[3], in[6]).apply(z));
    Tensor[] moments = layout.moments(z);
    double samples = (double) z.numel() / in[3].numel();
    Tensor dVariance = in[5].mul(new Scalar(samples / 2)).detach();
    Tensor dMean =
        in[4].mul(new Scalar(samples)).add(moments[0].mul(dVariance).mul(new Scalar(2.0))).detach();
    TensorVector outputs = new TensorVector(y, moments[0], moments[1]);
    TensorVector inputs = new TensorVector(z);
    TensorVector gradients = new TensorVector(in[0], dMean, dVariance);
    BoolOptional retain = new BoolOptional(true);
    return () -> new Tensor[] {torch.grad(outputs, inputs, gradients, retain, false, false).get(0)};
  }

  private static Operation.Runner train(Tensor[] in) {
    TensorOptional gamma = new TensorOptional(in[1]);
    TensorOptional beta = new TensorOptional(in[2]);
    TensorOptional none = new TensorOptional();
    Tensor out = torch.empty_like(in[0]);
    Tensor mean = torch.empty_like(in[1]);
    Tensor inverse = torch.empty_like(in[1]);
    return new Operation.Runner() {
      @Override
      public Tensor[] run() {
        T_TensorTensorTensor_T all =
            torch.native_batch_norm_out(
                out, mean, inverse, in[0], gamma, beta, none, none, true, 0.1, BatchNormCases.EPS);
        return new Tensor[] {all.get0(), all.get1(), all.get2()};
      }

      @Override
      public Tensor[] comparable(Tensor[] results) {
        Tensor variance =
            results[2].pow(new Scalar(-2.0)).sub(new Scalar((double) BatchNormCases.EPS));
        return new Tensor[] {results[0], results[1], variance};
      }
    };
  }

  private static Operation.Runner trainBackward(Tensor[] in) {
    TensorOptional gamma = new TensorOptional(in[2]);
    TensorOptional none = new TensorOptional();
    TensorOptional mean = new TensorOptional(in[3]);
    TensorOptional inverse =
        new TensorOptional(
            in[4].add(new Scalar((double) BatchNormCases.EPS)).pow(new Scalar(-0.5)));
    BoolPointer wanted = Tensors.flags(true, true, true);
    return () -> {
      T_TensorTensorTensor_T all =
          torch.native_batch_norm_backward(
              in[1], in[0], gamma, none, none, mean, inverse, true, BatchNormCases.EPS, wanted);
      return new Tensor[] {all.get0(), all.get1(), all.get2()};
    };
  }

  private static void addElementwise(Map<String, Operation> operations) {
    Scalar zero = new Scalar(0.0);
    Scalar cap = new Scalar(0.5);
    operations.put(
        "relu",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.hardtanh_out(out, in[0], zero, cap)};
        });
    operations.put(
        "reluBackward",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.threshold_backward_out(out, in[1], in[0], zero)};
        });
    operations.put(
        "add",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.add_out(out, in[0], in[1])};
        });
    operations.put(
        "multiply",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.mul_out(out, in[0], in[1])};
        });
    operations.put(
        "addRelu",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.relu_(torch.add_out(out, in[0], in[1]))};
        });
  }

  private static void addPooling(Map<String, Operation> operations) {
    operations.put(
        "maxPool",
        (p, in, layout) -> {
          Pool2dShape s = (Pool2dShape) p.geometry();
          Tensor out = layout.of(torch.empty(s.n(), s.c(), s.outH(), s.outW()));
          Tensor indices =
              layout.of(
                  torch.empty(
                      new long[] {s.n(), s.c(), s.outH(), s.outW()},
                      new TensorOptions(ScalarType.Long),
                      new MemoryFormatOptional()));
          return () -> {
            T_TensorTensor_T both =
                torch.max_pool2d_with_indices_out(
                    out,
                    indices,
                    in[0],
                    window(s),
                    strides(s),
                    padding(s),
                    new long[] {1, 1},
                    false);
            return new Tensor[] {both.get0()};
          };
        });
    operations.put("maxPoolBackward", MemoryBound::maxPoolBackward);
    operations.put(
        "globalAverage",
        (p, in, layout) -> {
          Tensor out = torch.empty(in[0].size(0), in[0].size(1));
          return () -> new Tensor[] {torch.mean_out(out, in[0], 2, 3)};
        });
    operations.put(
        "globalAverageBackward",
        (p, in, layout) -> {
          int[] e = p.results().getFirst().extents();
          Tensor out = layout.of(torch.empty(e[0], e[3], e[1], e[2]));
          Scalar inverse = new Scalar(1.0 / (e[1] * e[2]));
          return () -> new Tensor[] {out.copy_(in[0].mul(inverse).unsqueeze(2).unsqueeze(3))};
        });
    operations.put(
        "subsample",
        (p, in, layout) -> {
          PoolCases.Shortcut s = (PoolCases.Shortcut) p.geometry();
          int[] e = p.results().getFirst().extents();
          Tensor out = layout.of(torch.empty(e[0], e[3], e[1], e[2]));
          Tensor kept = every(in[0], s.stride());
          Tensor inside = out.narrow(1, s.padBefore(), kept.size(1));
          return () -> {
            out.zero_();
            inside.copy_(kept);
            return new Tensor[] {out};
          };
        });
    operations.put(
        "subsampleBackward",
        (p, in, layout) -> {
          int[] e = p.results().getFirst().extents();
          Tensor x = layout.of(torch.randn(e[0], e[3], e[1], e[2])).requires_grad_(true);
          TensorVector outputs = new TensorVector(subsample(p, x));
          TensorVector inputs = new TensorVector(x);
          TensorVector gradients = new TensorVector(in[0]);
          BoolOptional retain = new BoolOptional(true);
          return () ->
              new Tensor[] {torch.grad(outputs, inputs, gradients, retain, false, false).get(0)};
        });
  }

  private static Tensor subsample(KernelCase problem, Tensor x) {
    PoolCases.Shortcut s = (PoolCases.Shortcut) problem.geometry();
    return subsample(x, s.stride(), s.padBefore(), s.padBefore());
  }

  private static Tensor every(Tensor x, int stride) {
    return TorchNetwork.every(TorchNetwork.every(x, 2, stride), 3, stride);
  }

  /** x[:, :, ::stride, ::stride] with zero channels before and after. */
  static Tensor subsample(Tensor x, int stride, int before, int after) {
    return torch.pad(every(x, stride), 0, 0, 0, 0, before, after);
  }

  /** PyTorch counts a maximum's place within its plane. */
  private static Operation.Runner maxPoolBackward(KernelCase p, Tensor[] in, Layout layout) {
    Pool2dShape s = (Pool2dShape) p.geometry();
    int[] flat = (int[]) p.operands().get(1).values();
    int plane = s.h() * s.w();
    int[] places = new int[flat.length];
    for (int i = 0; i < flat.length; i++) {
      places[i] = flat[i] / s.c() % plane;
    }
    Tensor indices =
        layout.of(Tensors.of(places, s.n(), s.outH(), s.outW(), s.c()).permute(0, 3, 1, 2)).clone();
    Tensor x = layout.of(torch.randn(s.n(), s.c(), s.h(), s.w()));
    Tensor dx = torch.empty_like(x);
    return () ->
        new Tensor[] {
          torch.max_pool2d_with_indices_backward_out(
              dx, in[0], x, window(s), strides(s), padding(s), new long[] {1, 1}, false, indices)
        };
  }

  private static long[] window(Pool2dShape s) {
    return new long[] {s.kh(), s.kw()};
  }

  private static long[] strides(Pool2dShape s) {
    return new long[] {s.strideH(), s.strideW()};
  }

  private static long[] padding(Pool2dShape s) {
    return new long[] {s.padTop(), s.padLeft()};
  }

  /** Max pooling of a network. */
  static Tensor maxPool(Pool2dShape s, Tensor x) {
    return torch.max_pool2d(x, window(s), strides(s), padding(s), new long[] {1, 1}, false);
  }
}
