package org.intraq.autograd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * Records one forward pass and runs it backwards once.
 *
 * <p>Operations are recorded in the order they ran, which is a topological order, so the list
 * itself is the explicit stack of the backward pass. A value is freed as soon as the operation that
 * made it has been undone: all its users ran before. Gradients are shared between inputs (an
 * addition hands the same one to both) and counted, so that only a gradient with a single holder is
 * ever overwritten.
 *
 * <pre>{@code
 * try (Tape tape = new Tape(backend)) {
 *   Variable loss = Mean.apply(tape, Relu.apply(tape, x));
 *   tape.backward(loss);
 * }
 * }</pre>
 */
public final class Tape implements AutoCloseable {
  private record Node(Variable output, Variable[] inputs, Backward backward) {}

  private final Scope scope;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Storage, Integer> gradientHolders = new HashMap<>();
  private final Set<Storage> retained = new HashSet<>();
  private boolean recording = true;
  private boolean consumed;

  /** A tape with a scope of its own. */
  public Tape(Backend backend) {
    this.scope = new Scope(backend, "tape");
  }

  /** A tape that computes values only. */
  public static Tape inference(Backend backend) {
    Tape tape = new Tape(backend);
    tape.recording = false;
    return tape;
  }

  /** The scope of all values and gradients on this tape. */
  public Scope scope() {
    return scope;
  }

  /** Where the operations run. */
  public Backend backend() {
    return scope.backend();
  }

  /** Whether operations are being recorded. */
  public boolean isRecording() {
    return recording;
  }

  /** An uninitialised F32 tensor on this tape. */
  public Tensor empty(Shape shape) {
    return scope.f32(shape);
  }

  /** An uninitialised F32 tensor on this tape. */
  public Tensor empty(int... extents) {
    return scope.f32(extents);
  }

  /** An uninitialised tensor on this tape. */
  public Tensor empty(DType dtype, int... extents) {
    return scope.allocate(dtype, Shape.of(extents));
  }

  /**
   * A leaf whose gradient is wanted for this tape only, such as the images that synthesis learns.
   */
  public Variable leaf(String name, Tensor value) {
    Variable leaf = new Variable(name, value, true, null);
    retained.add(value.storage());
    return leaf;
  }

  /**
   * Ends an operation: wraps its result and, if a gradient will be wanted, remembers how to undo
   * it.
   *
   * @param name the operation, for errors
   * @param backward runs only if at least one input requires a gradient
   */
  public Variable record(String name, Tensor value, Backward backward, Variable... inputs) {
    boolean wanted = false;
    for (Variable input : inputs) {
      wanted |= input.requiresGrad();
    }
    Variable output = new Variable(name, value, recording && wanted, null);
    if (output.requiresGrad()) {
      if (consumed) {
        throw new IllegalStateException(
            name
                + ": expected a tape that has not run backwards, got one that has; open a new tape for a new pass");
      }
      nodes.add(new Node(output, inputs, backward));
    }
    return output;
  }

  /** Runs {@code body} without recording: its results require no gradient. */
  public void noGrad(Runnable body) {
    boolean before = recording;
    recording = false;
    try {
      body.run();
    } finally {
      recording = before;
    }
  }

  /** Keeps a value alive through {@link #backward}, to be read afterwards. */
  public Variable retain(Variable variable) {
    retained.add(variable.value().storage());
    return variable;
  }

  /** Frees a value that no later operation reads; only for values that require no gradient. */
  public void discard(Variable variable) {
    Storage storage = variable.value().storage();
    if (!variable.requiresGrad() && !retained.contains(storage) && scope.owns(variable.value())) {
      scope.release(variable.value());
    }
  }

  /** Runs backwards from a scalar loss. */
  public void backward(Variable loss) {
    if (loss.value().size() != 1) {
      throw new IllegalArgumentException(
          "backward: expected a loss of one element, got "
              + loss.shape()
              + "; reduce it or give a seed gradient");
    }
    Tensor seed = scope.f32(loss.shape());
    backend().memory().fill(seed, 1f);
    backward(loss, seed);
  }

  /**
   * Runs backwards from {@code root} with the given gradient in it, which may be overwritten on the
   * way.
   *
   * @throws IllegalStateException on a second call: the saved values are gone
   */
  public void backward(Variable root, Tensor seed) {
    if (consumed) {
      throw new IllegalStateException(
          "backward: expected a tape that has not run backwards, got one that has; its saved values are freed."
              + " Record the forward pass again on a new tape");
    }
    if (!root.requiresGrad()) {
      throw new IllegalStateException(
          "backward: expected a root that depends on a variable with a gradient, got constant '"
              + root.name()
              + "'");
    }
    consumed = true;
    retained.add(root.value().storage());
    setGradient(root, seed);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      undo(nodes.set(i, null));
    }
    nodes.clear();
  }

  private void undo(Node node) {
    Variable output = node.output;
    if (output.grad != null) {
      node.backward.run(output.grad);
      dropHolder(output.grad);
      output.grad = null;
    }
    Tensor value = output.value();
    boolean view = false;
    for (Variable input : node.inputs) {
      view |= input.value().storage() == value.storage();
    }
    if (!view && !retained.contains(value.storage()) && scope.owns(value)) {
      scope.release(value);
    }
  }

  /**
   * Adds a gradient to a variable; the tape takes {@code gradient} over. Does nothing if the
   * variable wants none, so that callers who can avoid computing it should ask {@link
   * Variable#requiresGrad} first.
   */
  public void accumulate(Variable variable, Tensor gradient) {
    boolean shared = gradientHolders.containsKey(gradient.storage());
    if (!variable.requiresGrad()) {
      releaseUnless(shared, gradient);
    } else if (variable.isParameter()) {
      variable.accumulateParameter(gradient);
      releaseUnless(shared, gradient);
    } else if (variable.grad == null) {
      setGradient(variable, gradient);
    } else {
      Tensor sum = holders(variable.grad) == 1 ? variable.grad : scope.f32(variable.shape());
      backend().elementwise().linear(1f, variable.grad, 1f, gradient, sum);
      if (sum != variable.grad) {
        dropHolder(variable.grad);
        setGradient(variable, sum);
      }
      releaseUnless(shared, gradient);
    }
  }

  /** Adds one gradient to several variables. */
  public void accumulate(List<Variable> variables, Tensor gradient) {
    // Held meanwhile: the first of them may want none, and would else have it released.
    gradientHolders.merge(gradient.storage(), 1, Integer::sum);
    variables.forEach(variable -> accumulate(variable, gradient));
    dropHolder(gradient);
  }

  /**
   * The gradient that {@code variable} has already, for a backward to add its own to in place
   * instead of calling {@link #accumulate}; null where it has none, or none of its own.
   */
  public Tensor addable(Variable variable) {
    boolean own = variable.requiresGrad() && !variable.isParameter() && variable.grad != null;
    return own && holders(variable.grad) == 1 ? variable.grad : null;
  }

  /**
   * {@code dy} itself if nobody else holds it, so that a backward may overwrite it, else a fresh
   * tensor.
   */
  public Tensor inPlace(Tensor dy) {
    return holders(dy) == 1 ? dy : scope.f32(dy.shape());
  }

  private int holders(Tensor gradient) {
    return gradientHolders.getOrDefault(gradient.storage(), 0);
  }

  private void setGradient(Variable variable, Tensor gradient) {
    variable.grad = gradient;
    gradientHolders.merge(gradient.storage(), 1, Integer::sum);
  }

  private void dropHolder(Tensor gradient) {
    Integer left = gradientHolders.merge(gradient.storage(), -1, Integer::sum);
    if (left == 0) {
      gradientHolders.remove(gradient.storage());
      releaseUnless(retained.contains(gradient.storage()), gradient);
    }
  }

  private void releaseUnless(boolean keep, Tensor tensor) {
    if (!keep && scope.owns(tensor)) {
      scope.release(tensor);
    }
  }

  /** Frees everything on the tape; gradients of leaves too, those of parameters not. */
  @Override
  public void close() {
    nodes.clear();
    scope.close();
  }
}
