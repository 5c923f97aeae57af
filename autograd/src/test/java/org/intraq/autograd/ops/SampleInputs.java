package org.intraq.autograd.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.intraq.autograd.GradientCheck.Input;
import org.intraq.tensor.Shape;

/** The inputs of a row under construction; methods ending in Last change the newest. */
final class SampleInputs {
  private final SplittableRandom random;
  private final List<Input> list = new ArrayList<>();

  SampleInputs(SplittableRandom random) {
    this.random = random;
  }

  List<Input> list() {
    return List.copyOf(list);
  }

  SampleInputs and(int... extents) {
    Shape shape = Shape.of(extents);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    list.add(new Input(values, shape, true));
    return this;
  }

  SampleInputs scaledLast(float factor) {
    float[] values = list.getLast().values();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return this;
  }

  SampleInputs shiftedLast(float shift) {
    float[] values = list.getLast().values();
    for (int i = 0; i < values.length; i++) {
      values[i] += shift;
    }
    return this;
  }

  /** Half of the values near 1, half near -1: far from the kink after normalisation too. */
  SampleInputs bimodal() {
    float[] values = list.getLast().values();
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.2f * values[i] + ((i * 7 / 3) % 2 == 0 ? 1 : -1);
    }
    return this;
  }

  /** Moves values that are closer than 0.1 to a kink out to 0.1. */
  SampleInputs awayFrom(float... kinks) {
    float[] values = list.getLast().values();
    for (int i = 0; i < values.length; i++) {
      for (float kink : kinks) {
        if (Math.abs(values[i] - kink) < 0.1f) {
          values[i] = kink + (values[i] < kink ? -0.1f : 0.1f);
        }
      }
    }
    return this;
  }

  /** A permutation of multiples of 1/8. */
  SampleInputs shuffledEighths() {
    float[] values = list.getLast().values();
    for (int i = values.length - 1; i >= 0; i--) {
      values[i] = (i - values.length / 2) / 8f;
    }
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      float swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
    return this;
  }

  /** The newest input gets no gradient. */
  SampleInputs constantLast() {
    Input last = list.removeLast();
    list.add(new Input(last.values(), last.shape(), false));
    return this;
  }

  /** Only the first {@code count} inputs get a gradient. */
  SampleInputs differentiable(int count) {
    for (int i = count; i < list.size(); i++) {
      list.set(i, new Input(list.get(i).values(), list.get(i).shape(), false));
    }
    return this;
  }
}
