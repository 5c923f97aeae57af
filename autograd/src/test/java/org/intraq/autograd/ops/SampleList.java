package org.intraq.autograd.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.intraq.autograd.GradientCheck;
import org.intraq.autograd.ops.OperationCatalogue.Definition;
import org.intraq.autograd.ops.OperationCatalogue.Sample;

/** Rows of the catalogue under construction, and the start of their inputs. */
final class SampleList {
  private static final float STEP = 1f / 64;
  private static final double TOLERANCE = 1e-3;

  private final SplittableRandom random = new SplittableRandom(20_260_101);
  private final List<Sample> rows = new ArrayList<>();

  List<Sample> rows() {
    return List.copyOf(rows);
  }

  void add(
      String name, SampleInputs inputs, GradientCheck.Function operation, Definition definition) {
    rows.add(new Sample(name, inputs.list(), operation, definition, STEP, TOLERANCE));
  }

  /** A first input, uniform in [-1, 1). */
  SampleInputs in(int... extents) {
    return new SampleInputs(random).and(extents);
  }

  /** The same, no value closer than 0.1 to {@code kink}. */
  SampleInputs away(float kink, int... extents) {
    return in(extents).awayFrom(kink);
  }

  /** All values at least 1/8 apart, so that no step changes which one is the largest. */
  SampleInputs distinct(int... extents) {
    return in(extents).shuffledEighths();
  }
}
