package org.intraq.bench.kernel.lowbit;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Layers;
import org.intraq.bench.harness.Work;
import org.intraq.bench.kernel.gemm.GemmCases;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.Activations;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.lowbit.Destination;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.kernel.lowbit.OutputStage;
import org.intraq.tensor.kernel.lowbit.PackedWeights;
import org.intraq.tensor.kernel.lowbit.Residual;

/**
 * A layer from codes to codes: convolution, asymmetric weights, multiplier and offset, ReLU,
 * requantization. Integer operations are counted as the f32 cases count floating-point ones.
 */
record LowBitCase(String group, String name, Conv2dShape geometry, CodeBits bits, boolean quick)
    implements Case {
  @Override
  public String shape() {
    return name + ":" + bits;
  }

  /** The matrix product, or the convolution with BatchNorm and ReLU as inference runs it. */
  @Override
  public Optional<Case> plain() {
    int pixels = geometry.n() * geometry.h() * geometry.w();
    return Optional.of(
        group.equals("low-bit-gemm")
            ? GemmCases.product(name, pixels, geometry.oc(), geometry.ic())
            : new FusedBlockCase(group, name, geometry));
  }

  @Override
  public Work work() {
    return Work.arithmetic(2.0 * geometry.multiplyAdds());
  }

  @Override
  public Case small() {
    return new LowBitCase(group, name, Layers.small(geometry), bits, false);
  }

  /** Results are codes and equal for every implementation. */
  @Override
  public Optional<String> difference(float[] expected, float[] actual) {
    int at = Arrays.mismatch(expected, actual);
    return at < 0 ? Optional.empty() : Optional.of("another code at element " + at);
  }

  @Override
  public Instance make(Backend backend) {
    if (!(backend instanceof CpuBackend cpu)) {
      throw new UnsupportedOperationException("low-bit kernels compute on the CPU only");
    }
    return make(cpu.lowBitConvolution());
  }

  /** With a kernel of one's choice. */
  Instance make(LowBitConvolution kernel) {
    SplittableRandom random = new SplittableRandom(1);
    byte[] w = new byte[geometry.weightSize()];
    for (int i = 0; i < w.length; i++) {
      w[i] = (byte) random.nextInt(bits.minWeight(), bits.maxWeight() + 1);
    }
    byte[] x = new byte[geometry.inputSize()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (byte) random.nextInt(bits.maxActivation() + 1);
    }
    PackedWeights packed = kernel.pack(geometry, bits, w, 0);
    int[] zero = new int[geometry.oc()];
    float[] multiplier = new float[geometry.oc()];
    for (int o = 0; o < zero.length; o++) {
      zero[o] = random.nextInt(-1, 2);
      multiplier[o] = 2f / bits.maxProduct() / (float) Math.sqrt(packed.taps());
    }
    OutputStage stage =
        OutputStage.linear(packed, 0, zero, multiplier, new float[geometry.oc()])
            .withActivation(OutputStage.NO_CAP)
            .withQuantizer(CodeQuantizer.ofRange(0, 1, bits.activation()));
    Activations codes = Activations.bytes(x, 0, bits.activation(), 0);
    byte[] y = new byte[geometry.outputSize()];
    Destination to = Destination.codes(y, 0);
    return new Instance() {
      @Override
      public void run() {
        kernel.run(geometry, codes, packed, stage, Residual.none(), to);
      }

      @Override
      public float[] result() {
        float[] values = new float[y.length];
        for (int i = 0; i < y.length; i++) {
          values[i] = y[i] & 0xff;
        }
        return values;
      }

      @Override
      public String note() {
        return packed.strategy(geometry, stage);
      }

      @Override
      public void close() {}
    };
  }
}
