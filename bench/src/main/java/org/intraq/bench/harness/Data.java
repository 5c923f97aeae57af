package org.intraq.bench.harness;

import java.util.SplittableRandom;

/** Inputs: random, signed, seeded; zeros would flatter kernels and processors alike. */
public final class Data {
  private Data() {}

  /** Uniform in [-1, 1). */
  public static float[] signed(long seed, int size) {
    return uniform(seed, size, -1f, 1f);
  }

  /** Uniform in [low, high). */
  public static float[] uniform(long seed, int size, float low, float high) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = low + (high - low) * (random.nextInt() >>> 8) * 0x1p-24f;
    }
    return values;
  }

  /** Uniform whole numbers in [0, bound). */
  public static int[] below(long seed, int size, int bound) {
    return new SplittableRandom(seed).ints(size, 0, bound).toArray();
  }

  /** Crop boxes [N, 4] (top, left, height, width) that keep half to all of an image's area. */
  public static int[] boxes(long seed, int n, int h, int w) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] boxes = new int[4 * n];
    for (int i = 0; i < n; i++) {
      double side = Math.sqrt(0.5 + 0.5 * random.nextDouble());
      int height = Math.max(1, (int) Math.round(side * h));
      int width = Math.max(1, (int) Math.round(side * w));
      boxes[4 * i] = random.nextInt(h - height + 1);
      boxes[4 * i + 1] = random.nextInt(w - width + 1);
      boxes[4 * i + 2] = height;
      boxes[4 * i + 3] = width;
    }
    return boxes;
  }
}
