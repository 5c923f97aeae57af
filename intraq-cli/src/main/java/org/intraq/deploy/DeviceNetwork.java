package org.intraq.deploy;

import java.util.ArrayList;
import java.util.List;
import org.intraq.models.eval.Classifier;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.RepeatedWork;

/**
 * A {@link Program} at work on a device other than the CPU: weights and buffers stay there, only
 * images and logits travel. More images than the capacity run in several passes. The steps are
 * repeated work, so that a device which can records and replays them. Not for several threads.
 */
public final class DeviceNetwork implements Classifier, AutoCloseable {
  private final Program program;
  private final DeviceMachine machine;
  private RepeatedWork full;
  private RepeatedWork part;
  private int partImages;

  /**
   * Allocates the buffers for {@code capacity} images at a time.
   *
   * @param program compiled by {@link Compiler#forDevice}
   * @throws IllegalArgumentException if the device has no integer kernels, or no image is to be
   *     held
   */
  public DeviceNetwork(Program program, Backend backend, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "integer network: expected a capacity of at least 1 image, got " + capacity);
    }
    var ops =
        backend
            .lowBit()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "integer network: expected a device with integer kernels, got "
                            + backend.device()));
    this.program = program;
    this.machine = new DeviceMachine(backend, ops, program.layout(), capacity);
  }

  /** The program. */
  public Program program() {
    return program;
  }

  DeviceMachine machine() {
    return machine;
  }

  @Override
  public int classes() {
    return program.network().classes();
  }

  @Override
  public void logits(float[] images, int n, float[] logits) {
    program.requireRoom(images, n, logits);
    int pixels = program.input().size();
    var memory = machine.backend().memory();
    for (int first = 0; first < n; first += machine.capacity()) {
      int count = Math.min(machine.capacity(), n - first);
      memory.upload(images, first * pixels, machine.matrix(program.input(), count));
      bound(count).run();
      memory.download(machine.matrix(program.output(), count), logits, first * classes());
    }
  }

  /** The steps for a number of images; the last two numbers are remembered. */
  private RepeatedWork bound(int n) {
    if (n == machine.capacity()) {
      full = full == null ? bind(n) : full;
      return full;
    }
    if (part == null || partImages != n) {
      closePart();
      part = bind(n);
      partImages = n;
    }
    return part;
  }

  private RepeatedWork bind(int n) {
    List<Runnable> steps = new ArrayList<>();
    for (Step step : program.steps()) {
      steps.add(step.bind(machine, n));
    }
    return machine.backend().repeated(() -> steps.forEach(Runnable::run));
  }

  private void closePart() {
    if (part != null) {
      part.close();
      part = null;
    }
  }

  @Override
  public void close() {
    closePart();
    if (full != null) {
      full.close();
      full = null;
    }
    machine.close();
  }
}
