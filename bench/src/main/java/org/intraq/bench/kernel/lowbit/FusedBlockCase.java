package org.intraq.bench.kernel.lowbit;

import java.util.Optional;
import org.intraq.bench.harness.Agreement;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Layers;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** A convolution with BatchNorm and ReLU in f32, its weights laid out beforehand. */
record FusedBlockCase(String group, String name, Conv2dShape geometry) implements Case {
  private static final double ROUNDING = 2e-5;

  @Override
  public String shape() {
    return name + ":f32";
  }

  @Override
  public Work work() {
    return Work.arithmetic(2.0 * geometry.multiplyAdds());
  }

  @Override
  public Case small() {
    return new FusedBlockCase(group, name, Layers.small(geometry));
  }

  @Override
  public Optional<String> difference(float[] expected, float[] actual) {
    return Agreement.elementwise(expected, actual, ROUNDING, 0);
  }

  @Override
  public boolean quick() {
    return false;
  }

  @Override
  public Instance make(Backend backend) {
    Conv2dShape s = geometry;
    Scope scope = new Scope(backend, id());
    Tensor x = scope.of(Data.signed(1, s.inputSize()), s.n(), s.h(), s.w(), s.ic());
    float[] taps = Data.signed(2, s.weightSize());
    Tensor w = scope.of(taps, s.kh(), s.kw(), s.icPerGroup(), s.oc());
    Tensor scale = scope.of(Data.signed(3, s.oc()), s.oc());
    Tensor shift = scope.of(Data.signed(4, s.oc()), s.oc());
    Tensor y = scope.f32(s.n(), s.outH(), s.outW(), s.oc());
    var convolution = backend.fusedConvolution();
    var weights = convolution.freeze(s, w);
    return new Instance() {
      @Override
      public void run() {
        convolution.forward(
            s, x, weights, scale, shift, null, 0f, Float.POSITIVE_INFINITY, null, y, null, null);
        backend.synchronize();
      }

      @Override
      public float[] result() {
        return backend.memory().toArray(y);
      }

      @Override
      public void close() {
        scope.close();
      }
    };
  }
}
