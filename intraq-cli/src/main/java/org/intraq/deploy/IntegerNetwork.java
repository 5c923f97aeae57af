package org.intraq.deploy;

import java.util.ArrayList;
import java.util.List;
import org.intraq.models.eval.Classifier;
import org.intraq.tensor.cpu.CpuBackend;

/**
 * A {@link Program} at work: its buffers are allocated once, for a fixed number of images; more
 * images than that run in several passes. Not for several threads at once; the kernels inside share
 * the work out among the threads of the backend, with the same bits for any number of them.
 */
public final class IntegerNetwork implements Classifier {
  private final Program program;
  private final Machine machine;
  private List<Runnable> full;
  private List<Runnable> part;
  private int partImages;

  /** Allocates the buffers for {@code capacity} images at a time. */
  public IntegerNetwork(Program program, CpuBackend backend, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "integer network: expected a capacity of at least 1 image, got " + capacity);
    }
    this.program = program;
    this.machine = new Machine(backend, program.layout(), capacity, program.unpackedWeights());
  }

  /** The program. */
  public Program program() {
    return program;
  }

  Machine machine() {
    return machine;
  }

  @Override
  public int classes() {
    return program.network().classes();
  }

  @Override
  public void logits(float[] images, int n, float[] logits) {
    int pixels = program.input().size();
    program.requireRoom(images, n, logits);
    for (int first = 0; first < n; first += machine.capacity()) {
      int count = Math.min(machine.capacity(), n - first);
      System.arraycopy(
          images, first * pixels, machine.floats(), machine.at(program.input()), count * pixels);
      bound(count).forEach(Runnable::run);
      System.arraycopy(
          machine.floats(),
          machine.at(program.output()),
          logits,
          first * classes(),
          count * classes());
    }
  }

  /** The steps for a number of images; the last two numbers are remembered. */
  private List<Runnable> bound(int n) {
    if (n == machine.capacity()) {
      full = full == null ? bind(n) : full;
      return full;
    }
    if (part == null || partImages != n) {
      part = bind(n);
      partImages = n;
    }
    return part;
  }

  private List<Runnable> bind(int n) {
    List<Runnable> steps = new ArrayList<>();
    for (Step step : program.steps()) {
      steps.add(step.bind(machine, n));
    }
    return steps;
  }
}
