package org.intraq.models.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;

/** What is kept between passes follows the parameters. */
class ParametersTest {
  private static final int IMAGES = 2;

  private static float[] pixels(Node.Input in) {
    SplittableRandom random = new SplittableRandom(7);
    float[] pixels = new float[IMAGES * in.h() * in.w() * in.c()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (2 * random.nextDouble() - 1);
    }
    return pixels;
  }

  @Test
  void aBatchNormIsFoldedAnewWhenItsStatisticsHaveChanged() {
    Network network = Zoo.get("resnet20_cifar10").network();
    float[] pixels = pixels(network.input());
    Weights start = Initializer.initialize(network, 3);
    try (CpuBackend backend = new CpuBackend(1);
        Parameters parameters = new Parameters(backend, network, start, false)) {
      float[] before = Forward.logits(parameters, pixels, IMAGES);
      assertArrayEquals(before, Forward.logits(parameters, pixels, IMAGES), "twice the same");
      try (Tape tape = Tape.inference(backend)) {
        Node.Input in = network.input();
        var x = tape.scope().of(pixels, IMAGES, in.h(), in.w(), in.c());
        Variable images = Variable.constant(x);
        Forward.run(tape, parameters, images, Forward.Mode.TRAIN, Hooks.NONE);
      }
      float[] after = Forward.logits(parameters, pixels, IMAGES);
      assertFalse(Arrays.equals(before, after), "the statistics were to move");
      try (Parameters fresh = new Parameters(backend, network, parameters.download(), false)) {
        assertArrayEquals(Forward.logits(fresh, pixels, IMAGES), after);
      }
    }
  }
}
