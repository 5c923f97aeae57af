package org.intraq.bench.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * One call of a backend's operation.
 *
 * @param operation what is called, by the name that peers know it under, such as {@code
 *     conv.forward}
 * @param geometry the operation's parameters, for peers; may be null
 * @param operands makes the inputs; deferred, because a catalogue of all inputs would not fit
 * @param results what is written; no contents. Empty where inputs are updated in place: then the
 *     first operand is the result
 * @param body the call
 * @param reduced the small size; null if this is small enough
 */
public record KernelCase(
    String group,
    String shape,
    String operation,
    Object geometry,
    Work work,
    Supplier<List<Operand>> operands,
    List<Operand> results,
    Body body,
    KernelCase reduced,
    boolean quick)
    implements Case {
  private static final double TOLERANCE = 1e-4;

  /** The call. */
  @FunctionalInterface
  public interface Body {
    /** Reads {@code in} and writes {@code out}. */
    void run(Backend backend, Tensor[] in, Tensor[] out);
  }

  @Override
  public Case small() {
    return reduced == null ? this : reduced;
  }

  @Override
  public double tolerance() {
    return TOLERANCE;
  }

  /** The same, standing for its group in quick runs. */
  public KernelCase forQuickRuns() {
    return new KernelCase(
        group, shape, operation, geometry, work, operands, results, body, reduced, true);
  }

  @Override
  public Instance make(Backend backend) {
    Scope scope = new Scope(backend, id());
    Tensor[] in = upload(scope, operands.get());
    Tensor[] out = upload(scope, results);
    return new Instance() {
      @Override
      public void run() {
        body.run(backend, in, out);
        backend.synchronize();
      }

      @Override
      public float[] result() {
        return download(backend, out.length == 0 ? List.of(in[0]) : List.of(out));
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

  private static float[] download(Backend backend, List<Tensor> tensors) {
    List<float[]> parts = new ArrayList<>();
    tensors.forEach(t -> parts.add(backend.memory().toArray(t)));
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
