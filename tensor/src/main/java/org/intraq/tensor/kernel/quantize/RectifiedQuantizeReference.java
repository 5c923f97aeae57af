package org.intraq.tensor.kernel.quantize;

import java.util.Arrays;

/** The definition of {@link RectifiedQuantize}: an element at a time, sums in double. */
public final class RectifiedQuantizeReference implements RectifiedQuantize {
  @Override
  public void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float cap,
      Gate gate,
      float[] y,
      int yAt) {
    if (gate.open() != null) {
      Arrays.fill(gate.open(), gate.openAt(), gate.openAt() + RectifiedQuantize.words(m * c), 0);
    }
    for (int i = 0; i < m * c; i++) {
      float a = Math.fma(z[zAt + i], scale[scaleAt + i % c], shift[shiftAt + i % c]);
      if (r != null) {
        a += r[rAt + i];
      }
      boolean open = a > 0 && a < cap;
      a = a <= 0 ? 0 : a;
      a = a > cap ? cap : a;
      y[yAt + i] = gate.quantizer().value(a);
      if (gate.open() != null && open && (!gate.masked() || gate.quantizer().inside(a))) {
        gate.open()[gate.openAt() + i / Integer.SIZE] |= 1 << i % Integer.SIZE;
      }
    }
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      int[] open,
      int openAt,
      float[] g,
      int gAt,
      float[] sums,
      int sumsAt) {
    double[] totals = new double[c];
    for (int i = 0; i < m * c; i++) {
      boolean passes = (open[openAt + i / Integer.SIZE] >>> i % Integer.SIZE & 1) != 0;
      g[gAt + i] = passes ? dy[dyAt + i] : 0f;
      totals[i % c] += g[gAt + i];
    }
    for (int j = 0; j < c; j++) {
      sums[sumsAt + j] = (float) totals[j];
    }
  }
}
