package org.intraq.finetune;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Variable;
import org.intraq.autograd.optim.Optimizer;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/** A copy of parameters and optimiser state on the device, to go back to. */
final class TrainingState implements AutoCloseable {
  private final Scope scope;
  private final Map<String, Tensor> live;
  private final Map<String, Tensor> copies = new LinkedHashMap<>();
  private final Optimizer optimizer;
  private int steps;

  /** Copies the state as it is. */
  TrainingState(Scope scope, Optimizer optimizer) {
    this.scope = scope;
    this.optimizer = optimizer;
    this.live = live(optimizer);
    live.forEach((name, tensor) -> copies.put(name, scope.f32(tensor.shape())));
    keep();
  }

  /** All tensors that training changes, by name. */
  static Map<String, Tensor> live(Optimizer optimizer) {
    Map<String, Tensor> live = new LinkedHashMap<>();
    List<Variable> parameters = optimizer.parameters();
    parameters.forEach(p -> live.put("parameter." + p.name(), p.value()));
    optimizer.state().forEach((name, tensor) -> live.put("optimizer." + name, tensor));
    return live;
  }

  /** Takes a new copy. */
  void keep() {
    var memory = scope.backend().memory();
    live.forEach((name, tensor) -> memory.copy(tensor, copies.get(name)));
    steps = optimizer.steps();
  }

  /** Goes back to the copy. */
  void restore() {
    var memory = scope.backend().memory();
    live.forEach((name, tensor) -> memory.copy(copies.get(name), tensor));
    optimizer.restoreSteps(steps);
  }

  /** The copies, live, by name; to save and restore. */
  Map<String, Tensor> copies() {
    return copies;
  }

  /** The optimiser's steps at the time of the copy. */
  int steps() {
    return steps;
  }

  /** Sets {@link #steps()} after the copies were restored from a file. */
  void restoreSteps(int saved) {
    steps = saved;
  }

  @Override
  public void close() {
    copies.values().forEach(scope::release);
    copies.clear();
  }
}
