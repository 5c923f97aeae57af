package org.intraq.models.train;

import java.util.SplittableRandom;
import org.intraq.models.net.Network;
import org.intraq.models.net.Weights;

/**
 * Weights to start training from: convolutions normal with variance 2 / (OC * KH * KW) (He et al.,
 * "Delving Deep into Rectifiers", 2015, section 2.2, backward case), classifiers uniform within 1 /
 * sqrt(IN), BatchNorm the identity.
 */
public final class Initializer {
  private Initializer() {}

  /** Fresh weights, a function of network and seed alone. */
  public static Weights initialize(Network network, long seed) {
    Weights weights = new Weights();
    SplittableRandom random = new SplittableRandom(seed);
    network
        .tensors()
        .forEach((name, shape) -> weights.put(name, shape, values(name, shape, random)));
    return weights;
  }

  private static float[] values(String name, int[] shape, SplittableRandom random) {
    int size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    float[] values = new float[size];
    if (shape.length == 4) {
      double deviation = Math.sqrt(2.0 / (shape[0] * shape[2] * shape[3]));
      for (int i = 0; i < size; i++) {
        values[i] = (float) (deviation * normal(random));
      }
    } else if (shape.length == 2) {
      double bound = 1 / Math.sqrt(shape[1]);
      for (int i = 0; i < size; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    } else if (name.endsWith(".weight") || name.endsWith(".running_var")) {
      java.util.Arrays.fill(values, 1f);
    }
    return values;
  }

  /** Box and Muller with StrictMath: the same bits everywhere. */
  private static double normal(SplittableRandom random) {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }
}
