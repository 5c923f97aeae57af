package org.intraq.bench.step;

/** Results of different size made comparable. */
public final class Scaled {
  private Scaled() {}

  /** Divided by the largest absolute value. */
  public static float[] toUnit(float[] values) {
    float largest = 0;
    for (float v : values) {
      largest = Math.max(largest, Math.abs(v));
    }
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = largest == 0 ? values[i] : values[i] / largest;
    }
    return scaled;
  }
}
