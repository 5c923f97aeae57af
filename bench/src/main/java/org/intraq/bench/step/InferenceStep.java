package org.intraq.bench.step;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.bench.harness.Instance;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/** Logits of a batch in full precision. */
final class InferenceStep implements Instance {
  private final Backend backend;
  private final Scope scope;
  private final Parameters parameters;
  private final Variable images;
  private final float[] logits;

  InferenceStep(Backend backend, StepData data) {
    this.backend = backend;
    scope = new Scope(backend, "inference step");
    parameters = new Parameters(backend, data.network(), data.weights(), false);
    Node.Input in = data.network().input();
    images = Variable.constant(scope.of(data.images(), data.batch(), in.h(), in.w(), in.c()));
    logits = new float[data.batch() * data.network().classes()];
  }

  @Override
  public void run() {
    try (Tape tape = Tape.inference(backend)) {
      var result = Forward.run(tape, parameters, images, Forward.Mode.EVALUATE, Hooks.NONE);
      backend.memory().download(result.logits().value(), logits, 0);
    }
  }

  @Override
  public float[] result() {
    return logits.clone();
  }

  @Override
  public void close() {
    parameters.close();
    scope.close();
  }
}
