package org.intraq.bench.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * One call of a backend's operation.
 *
 * @param operation what is called, by the name that peers know it under, such as {@code
 *     conv.forward}
 * @param geometry the operation's parameters, for peers; may be null
 * @param work what a run costs at least
 * @param terms length of the longest sum behind an element of the result
 * @param operands the inputs
 * @param results what is written; no contents. Empty where inputs are updated in place: then they
 *     are the results
 * @param preparation makes the call
 * @param reduced the small size; null if this is small enough
 */
public record KernelCase(
    String group,
    String shape,
    String operation,
    Object geometry,
    Work work,
    double terms,
    List<Operand> operands,
    List<Operand> results,
    Preparation preparation,
    KernelCase reduced,
    boolean quick)
    implements Case {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /** Standard deviations of the rounding error that pass for rounding, of both sides together. */
  private static final double DEVIATIONS = 16;

  private static final double BOUNDARY_SHARE = 1e-4;

  /** The call. */
  @FunctionalInterface
  public interface Body {
    /** Reads {@code in} and writes {@code out}. */
    void run(Backend backend, Tensor[] in, Tensor[] out);
  }

  /** What a network does once for many calls, such as laying out weights; not timed. */
  @FunctionalInterface
  public interface Preparation {
    /** Gives the call; what it needs besides its operands may live in {@code scope}. */
    Body prepare(Backend backend, Scope scope, Tensor[] in);
  }

  /** A case that is small enough for the plain-loop reference, and not for quick runs. */
  public static KernelCase of(
      String group,
      String shape,
      String operation,
      Object geometry,
      Work work,
      double terms,
      List<Operand> operands,
      List<Operand> results,
      Body body) {
    return prepared(
        group,
        shape,
        operation,
        geometry,
        work,
        terms,
        operands,
        results,
        (backend, scope, in) -> body);
  }

  /** The same with a preparation. */
  public static KernelCase prepared(
      String group,
      String shape,
      String operation,
      Object geometry,
      Work work,
      double terms,
      List<Operand> operands,
      List<Operand> results,
      Preparation preparation) {
    return new KernelCase(
        group,
        shape,
        operation,
        geometry,
        work,
        terms,
        operands,
        results,
        preparation,
        null,
        false);
  }

  @Override
  public Case small() {
    return reduced == null ? this : reduced;
  }

  /**
   * Rounding errors of a sum of k signed terms add up like a random walk: their deviation is about
   * sqrt(k) * u of the sum's own scale (Higham and Mary 2019). An error in an index or a mask
   * changes whole terms, which are larger than that by orders of magnitude. Where values are
   * rounded to codes, one on the boundary between two may fall to either side.
   */
  @Override
  public Optional<String> difference(float[] expected, float[] actual) {
    double tolerance = DEVIATIONS * UNIT_ROUNDOFF * Math.sqrt(Math.max(1, terms));
    double onBoundaries = operation.startsWith("fakeQuantize") ? BOUNDARY_SHARE : 0;
    return Agreement.elementwise(expected, actual, tolerance, onBoundaries);
  }

  /** The same, standing for its group in quick runs. */
  public KernelCase forQuickRuns() {
    return new KernelCase(
        group,
        shape,
        operation,
        geometry,
        work,
        terms,
        operands,
        results,
        preparation,
        reduced,
        true);
  }

  /** The same with a small version for the plain-loop reference. */
  public KernelCase withSmall(KernelCase small) {
    return new KernelCase(
        group,
        shape,
        operation,
        geometry,
        work,
        terms,
        operands,
        results,
        preparation,
        small,
        quick);
  }

  @Override
  public Instance make(Backend backend) {
    Scope scope = new Scope(backend, id());
    Tensor[] in = upload(scope, operands);
    Tensor[] out = upload(scope, results);
    Body body = preparation.prepare(backend, scope, in);
    return new Instance() {
      @Override
      public void run() {
        body.run(backend, in, out);
        backend.synchronize();
      }

      @Override
      public float[] result() {
        return download(backend, out.length == 0 ? in : out);
      }

      @Override
      public void close() {
        scope.close();
      }
    };
  }

  private static Tensor[] upload(Scope scope, List<Operand> operands) {
    return operands.stream().map(o -> o.upload(scope)).toArray(Tensor[]::new);
  }

  /** The results that are not indices: among equal elements libraries may choose differently. */
  private static float[] download(Backend backend, Tensor... tensors) {
    List<float[]> parts = new ArrayList<>();
    for (Tensor t : tensors) {
      if (t.dtype() == DType.F32) {
        parts.add(backend.memory().toArray(t));
      }
    }
    return join(parts);
  }

  /** One array after the other. */
  public static float[] join(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
