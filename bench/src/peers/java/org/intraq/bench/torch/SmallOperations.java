package org.intraq.bench.torch;

import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.kernel.optimizer.OptimizerCases;
import org.intraq.bench.kernel.quantize.QuantizeCases;
import org.intraq.bench.kernel.softmax.LossCases;

/** Losses, crop-resize, parameter updates, quantizers, sums and extrema. */
final class SmallOperations {
  private static final int REDUCTION_NONE = 0;
  private static final int BILINEAR = 0;
  private static final int BORDER = 1;
  private static final int TRIALS = 20;

  private SmallOperations() {}

  static void addTo(Map<String, Operation> operations) {
    addLosses(operations);
    addReductions(operations);
    operations.put(
        "cropResizeFlip",
        (p, in, layout) -> {
          Tensor grid = grid(p, layout);
          return () -> new Tensor[] {crop(in[0], grid)};
        });
    operations.put(
        "cropResizeFlipBackward",
        (p, in, layout) -> {
          Tensor grid = grid(p, layout);
          Tensor x = torch.randn_like(in[0]);
          BoolPointer wanted = Tensors.flags(true, false);
          return () ->
              new Tensor[] {
                torch
                    .grid_sampler_2d_backward(in[0], x, grid, BILINEAR, BORDER, false, wanted)
                    .get0()
              };
        });
    operations.put(
        "adam",
        (p, in, layout) -> {
          Tensor root = torch.empty_like(in[0]);
          return () -> adam(in, root);
        });
    operations.put(
        "sgd",
        (p, in, layout) -> {
          Tensor g = torch.empty_like(in[0]);
          return () -> sgd(in, g);
        });
    operations.put(
        "fakeQuantize",
        (p, in, layout) -> quantizer(in[0], in[1].select(0, 0), in[1].select(0, 1)));
    operations.put(
        "fakeQuantizeChannels",
        (p, in, layout) ->
            quantizer(
                in[0], in[1].select(0, 0).view(-1, 1, 1, 1), in[1].select(0, 1).view(-1, 1, 1, 1)));
  }

  /** Sums of squares as a dot product, the fastest of what PyTorch offers for them. */
  private static void addReductions(Map<String, Operation> operations) {
    operations.put("sumSquares", (p, in, layout) -> () -> new Tensor[] {in[0].dot(in[0])});
    operations.put("columnSums", (p, in, layout) -> () -> new Tensor[] {in[0].sum(0)});
    operations.put("rowSums", (p, in, layout) -> () -> new Tensor[] {in[0].sum(1)});
    operations.put("minMax", (p, in, layout) -> ends(in[0], new LongOptional()));
    operations.put("minMaxChannels", (p, in, layout) -> ends(in[0], new LongOptional(0)));
  }

  /** Minima and maxima, one tensor of both. */
  private static Operation.Runner ends(Tensor x, LongOptional dimension) {
    Tensor both = dimension.has_value() ? torch.empty(2, x.size(1)) : torch.empty(2);
    Tensor low = both.select(0, 0);
    Tensor high = both.select(0, 1);
    return () -> {
      torch.aminmax_out(low, high, x, dimension, false);
      return new Tensor[] {both};
    };
  }

  private static void addLosses(Map<String, Operation> operations) {
    operations.put(
        "softmax",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.softmax_out(out, in[0], 1)};
        });
    operations.put("softmaxBackward", (p, in, layout) -> softmaxBackward(in[0], in[1]));
    operations.put(
        "logSoftmax",
        (p, in, layout) -> {
          Tensor out = torch.empty_like(in[0]);
          return () -> new Tensor[] {torch.log_softmax_out(out, in[0], 1)};
        });
    operations.put("crossEntropy", (p, in, layout) -> crossEntropy(in));
    operations.put(
        "klDivergence",
        (p, in, layout) -> () -> new Tensor[] {divergence(in[0], in[1], LossCases.TEMPERATURE)});
    operations.put(
        "klDivergenceBackward",
        (p, in, layout) -> {
          Tensor student = in[1].detach().requires_grad_(true);
          TensorVector inputs = new TensorVector(student);
          TensorVector gradients = new TensorVector(in[2]);
          TensorVector outputs =
              new TensorVector(divergence(in[0], student, LossCases.TEMPERATURE));
          BoolOptional retain = new BoolOptional(true);
          return () ->
              new Tensor[] {torch.grad(outputs, inputs, gradients, retain, false, false).get(0)};
        });
    operations.put(
        "cosineSimilarity",
        (p, in, layout) ->
            () -> new Tensor[] {torch.cosine_similarity(in[0], in[1], 1, LossCases.EPS)});
  }

  /**
   * The faster of autograd behind the softmax of the logarithm of an output that is given, whose
   * kernel cannot be called by itself, and the formula y * (dy - sum of y dy).
   */
  private static Operation.Runner softmaxBackward(Tensor y, Tensor dy) {
    Tensor x = y.log().detach().requires_grad_(true);
    TensorVector inputs = new TensorVector(x);
    TensorVector gradients = new TensorVector(dy);
    TensorVector outputs = new TensorVector(torch.softmax(x, 1));
    BoolOptional retain = new BoolOptional(true);
    Operation.Runner autograd =
        () -> new Tensor[] {torch.grad(outputs, inputs, gradients, retain, false, false).get(0)};
    Tensor product = torch.empty_like(y);
    Tensor sums = torch.empty(y.size(0), 1);
    Tensor scaled = torch.empty_like(y);
    ScalarTypeOptional type = new ScalarTypeOptional();
    Operation.Runner formula =
        () -> {
          torch.mul_out(product, y, dy);
          torch.sum_out(sums, product, new long[] {1}, true, type);
          return new Tensor[] {product.sub_(torch.mul_out(scaled, y, sums))};
        };
    return new Operation.Runner() {
      private Operation.Runner faster;

      /** Chosen at the first run, which has the number of threads that the others have. */
      @Override
      public Tensor[] run() {
        if (faster == null) {
          faster = nanos(formula) < nanos(autograd) ? formula : autograd;
        }
        return faster.run();
      }
    };
  }

  /** The fastest of some runs. */
  private static long nanos(Operation.Runner runner) {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < TRIALS; i++) {
      long before = System.nanoTime();
      runner.run();
      fastest = Math.min(fastest, System.nanoTime() - before);
    }
    return fastest;
  }

  /** The engine gives the softmax as well; here it is made for the comparison only. */
  private static Operation.Runner crossEntropy(Tensor[] in) {
    TensorOptional none = new TensorOptional();
    return new Operation.Runner() {
      @Override
      public Tensor[] run() {
        return new Tensor[] {
          torch.cross_entropy_loss(in[0], in[1], none, REDUCTION_NONE, -100, 0.0)
        };
      }

      @Override
      public Tensor[] comparable(Tensor[] results) {
        return new Tensor[] {results[0], torch.softmax(in[0], 1)};
      }
    };
  }

  /** KL(softmax(teacher / T) || softmax(student / T)), row by row. */
  static Tensor divergence(Tensor teacher, Tensor student, float temperature) {
    Scalar inverse = new Scalar(1.0 / temperature);
    Tensor target = torch.softmax(teacher.mul(inverse), 1);
    return torch
        .kl_div(torch.log_softmax(student.mul(inverse), 1), target, REDUCTION_NONE, false)
        .sum(1);
  }

  /** Bilinear samples at the grid's points, edges repeated. */
  static Tensor crop(Tensor x, Tensor grid) {
    return torch.grid_sampler_2d(x, grid, BILINEAR, BORDER, false);
  }

  private static Tensor grid(KernelCase p, Layout layout) {
    int[] e = p.operands().getFirst().extents();
    int[] boxes = (int[]) p.operands().get(1).values();
    int[] flips = (int[]) p.operands().get(2).values();
    return grid(boxes, flips, layout, e[0], e[1], e[2]);
  }

  /**
   * Where the pixels of the crops lie in the images, in PyTorch's units: -1 and 1 are the outer
   * edges of the first and the last pixel. A point beyond the centre of a box's edge pixel is moved
   * there.
   */
  static Tensor grid(int[] boxes, int[] flips, Layout layout, int n, int h, int w) {
    float[] grid = new float[n * h * w * 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int p = 0; p < h; p++) {
        double y = source(boxes[4 * i], boxes[4 * i + 2], p, h);
        for (int q = 0; q < w; q++) {
          int column = flips[i] == 0 ? q : w - 1 - q;
          double x = source(boxes[4 * i + 1], boxes[4 * i + 3], column, w);
          grid[at++] = (float) ((2 * x + 1) / w - 1);
          grid[at++] = (float) ((2 * y + 1) / h - 1);
        }
      }
    }
    return Tensors.of(grid, layout, n, h, w, 2);
  }

  private static double source(int start, int length, int target, int size) {
    double inside = (target + 0.5) * length / size - 0.5;
    return start + Math.clamp(inside, 0.0, length - 1.0);
  }

  /** One step as torch.optim.Adam does it on one tensor. */
  private static Tensor[] adam(Tensor[] in, Tensor root) {
    double b1 = 0.9;
    double b2 = 0.999;
    in[2].lerp_(in[1], new Scalar(1 - b1));
    in[3].mul_(new Scalar(b2)).addcmul_(in[1], in[1], new Scalar(1 - b2));
    double first = 1 - Math.pow(b1, OptimizerCases.STEP);
    double second = 1 - Math.pow(b2, OptimizerCases.STEP);
    torch.sqrt_out(root, in[3]).div_(new Scalar(Math.sqrt(second))).add_(new Scalar(1e-8));
    in[0].addcdiv_(in[2], root, new Scalar(-OptimizerCases.RATE / first));
    return in;
  }

  /** One step as torch.optim.SGD with Nesterov momentum does it on one tensor. */
  private static Tensor[] sgd(Tensor[] in, Tensor g) {
    torch.add_out(g, in[1], in[0], new Scalar(1e-4));
    in[2].mul_(new Scalar(0.9)).add_(g);
    g.add_(in[2], new Scalar(0.9));
    in[0].add_(g, new Scalar((double) -OptimizerCases.RATE));
    return in;
  }

  /**
   * By the formula: {@code fake_quantize_per_tensor_affine} and {@code
   * fake_quantize_per_channel_affine}, which are one operation, take three to eleven times as long.
   */
  private static Operation.Runner quantizer(Tensor x, Tensor lo, Tensor hi) {
    Tensor out = torch.empty_like(x);
    return () -> new Tensor[] {quantize(x, lo, hi, QuantizeCases.BITS, out)};
  }

  /** The method's quantizer, written as its formula. */
  static Tensor quantize(Tensor x, Tensor lo, Tensor hi, int bits) {
    return quantize(x, lo, hi, bits, torch.empty_like(x));
  }

  private static Tensor quantize(Tensor x, Tensor lo, Tensor hi, int bits, Tensor out) {
    double steps = (1 << bits) - 1;
    double half = 1 << (bits - 1);
    Tensor m = hi.sub(lo).clamp_min(new Scalar(1e-8)).reciprocal_().mul_(new Scalar(steps));
    Tensor z = m.mul(lo).round_().add_(new Scalar(half));
    return torch
        .mul_out(out, x, m)
        .sub_(z)
        .round_()
        .clamp_min_(new Scalar(-half))
        .clamp_max_(new Scalar(half - 1))
        .add_(z)
        .div_(m);
  }
}
