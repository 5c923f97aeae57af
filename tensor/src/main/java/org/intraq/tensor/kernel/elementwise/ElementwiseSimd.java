package org.intraq.tensor.kernel.elementwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link Elementwise} with the Vector API: one pass, threads share out blocks of fixed size.
 *
 * <p>The rectifier is a comparison and a blend, not {@code max}: C2 expands a vector {@code max} to
 * five instructions to get NaN and -0 right, a comparison that is false for NaN needs two.
 */
public final class ElementwiseSimd implements Elementwise {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /** Elements of a task: 128 KiB; less than that is not worth waking a thread. */
  private static final int BLOCK = 1 << 15;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public ElementwiseSimd(Workers workers) {
    this.workers = workers;
  }

  /** The part [from, to) of one operation. */
  @FunctionalInterface
  private interface Part {
    void run(int from, int to);
  }

  private void split(int n, Part part) {
    if (n <= BLOCK) {
      part.run(0, n);
      return;
    }
    int blocks = (n - 1) / BLOCK + 1;
    workers.run(blocks, i -> part.run(i * BLOCK, i == blocks - 1 ? n : (i + 1) * BLOCK));
  }

  @Override
  public void linear(
      int n, float alpha, float[] a, int aAt, float beta, float[] b, int bAt, float[] y, int yAt) {
    if (beta == 0) {
      split(n, (from, to) -> scaled(to - from, alpha, a, aAt + from, y, yAt + from));
    } else {
      split(
          n,
          (from, to) ->
              combined(to - from, alpha, a, aAt + from, beta, b, bAt + from, y, yAt + from));
    }
  }

  private static void scaled(int n, float alpha, float[] a, int aAt, float[] y, int yAt) {
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector.fromArray(S, a, aAt + i).mul(alpha).intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector.fromArray(S, a, aAt + i, tail).mul(alpha).intoArray(y, yAt + i, tail);
  }

  private static void combined(
      int n, float alpha, float[] a, int aAt, float beta, float[] b, int bAt, float[] y, int yAt) {
    FloatVector alphas = FloatVector.broadcast(S, alpha);
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector second = FloatVector.fromArray(S, b, bAt + i).mul(beta);
      FloatVector.fromArray(S, a, aAt + i).lanewise(FMA, alphas, second).intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector second = FloatVector.fromArray(S, b, bAt + i, tail).mul(beta);
    FloatVector.fromArray(S, a, aAt + i, tail)
        .lanewise(FMA, alphas, second)
        .intoArray(y, yAt + i, tail);
  }

  @Override
  public void multiply(int n, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt) {
    split(n, (from, to) -> products(to - from, a, aAt + from, b, bAt + from, y, yAt + from));
  }

  private static void products(int n, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt) {
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector second = FloatVector.fromArray(S, b, bAt + i);
      FloatVector.fromArray(S, a, aAt + i).mul(second).intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector second = FloatVector.fromArray(S, b, bAt + i, tail);
    FloatVector.fromArray(S, a, aAt + i, tail).mul(second).intoArray(y, yAt + i, tail);
  }

  @Override
  public void scaleShift(int n, float alpha, float[] x, int xAt, float shift, float[] y, int yAt) {
    split(n, (from, to) -> shifted(to - from, alpha, x, xAt + from, shift, y, yAt + from));
  }

  private static void shifted(
      int n, float alpha, float[] x, int xAt, float shift, float[] y, int yAt) {
    FloatVector alphas = FloatVector.broadcast(S, alpha);
    FloatVector shifts = FloatVector.broadcast(S, shift);
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector.fromArray(S, x, xAt + i).lanewise(FMA, alphas, shifts).intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector.fromArray(S, x, xAt + i, tail)
        .lanewise(FMA, alphas, shifts)
        .intoArray(y, yAt + i, tail);
  }

  @Override
  public void relu(int n, float[] x, int xAt, float cap, float[] y, int yAt) {
    split(n, (from, to) -> rectified(to - from, x, xAt + from, cap, y, yAt + from));
  }

  /** min(max(x, 0), cap); NaN passes both comparisons unchanged, -0 becomes +0. */
  private static void rectified(int n, float[] x, int xAt, float cap, float[] y, int yAt) {
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector value = FloatVector.fromArray(S, x, xAt + i);
      value = value.blend(0f, value.compare(VectorOperators.LE, 0f));
      value = value.blend(cap, value.compare(VectorOperators.GT, cap));
      value.intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector value = FloatVector.fromArray(S, x, xAt + i, tail);
    value = value.blend(0f, value.compare(VectorOperators.LE, 0f));
    value = value.blend(cap, value.compare(VectorOperators.GT, cap));
    value.intoArray(y, yAt + i, tail);
  }

  @Override
  public void reluBackward(
      int n, float[] y, int yAt, float cap, float[] dy, int dyAt, float[] dx, int dxAt) {
    split(n, (from, to) -> masked(to - from, y, yAt + from, cap, dy, dyAt + from, dx, dxAt + from));
  }

  private static void masked(
      int n, float[] y, int yAt, float cap, float[] dy, int dyAt, float[] dx, int dxAt) {
    FloatVector zero = FloatVector.zero(S);
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector output = FloatVector.fromArray(S, y, yAt + i);
      VectorMask<Float> open =
          output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
      zero.blend(FloatVector.fromArray(S, dy, dyAt + i), open).intoArray(dx, dxAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector output = FloatVector.fromArray(S, y, yAt + i, tail);
    VectorMask<Float> open =
        output.compare(VectorOperators.GT, 0f).and(output.compare(VectorOperators.LT, cap));
    FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + i, tail);
    zero.blend(gradient, open).intoArray(dx, dxAt + i, tail);
  }

  @Override
  public void addRelu(
      int n, float[] a, int aAt, float[] b, int bAt, float cap, float[] y, int yAt) {
    split(n, (from, to) -> sums(to - from, a, aAt + from, b, bAt + from, cap, y, yAt + from));
  }

  private static void sums(
      int n, float[] a, int aAt, float[] b, int bAt, float cap, float[] y, int yAt) {
    int i = 0;
    for (; i < S.loopBound(n); i += LANES) {
      FloatVector second = FloatVector.fromArray(S, b, bAt + i);
      FloatVector sum = FloatVector.fromArray(S, a, aAt + i).add(second);
      sum = sum.blend(0f, sum.compare(VectorOperators.LE, 0f));
      sum = sum.blend(cap, sum.compare(VectorOperators.GT, cap));
      sum.intoArray(y, yAt + i);
    }
    VectorMask<Float> tail = S.indexInRange(i, n);
    FloatVector second = FloatVector.fromArray(S, b, bAt + i, tail);
    FloatVector sum = FloatVector.fromArray(S, a, aAt + i, tail).add(second);
    sum = sum.blend(0f, sum.compare(VectorOperators.LE, 0f));
    sum = sum.blend(cap, sum.compare(VectorOperators.GT, cap));
    sum.intoArray(y, yAt + i, tail);
  }
}
