package org.intraq.models.eval;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/** Anything that gives logits for images: a network, a quantized network, an integer program. */
public interface Classifier {
  /** The number of logits of an image. */
  int classes();

  /**
   * Computes logits.
   *
   * @param images [n, H, W, C] from index 0; may be longer
   * @param logits receives [n, classes]
   */
  void logits(float[] images, int n, float[] logits);

  /** A network in evaluation mode; {@code hooks} may quantize it. */
  static Classifier of(Parameters parameters, Hooks hooks) {
    Backend backend = parameters.scope().backend();
    Node.Input in = parameters.network().input();
    return new Classifier() {
      @Override
      public int classes() {
        return parameters.network().classes();
      }

      @Override
      public void logits(float[] images, int n, float[] logits) {
        try (Scope scope = new Scope(backend, "images");
            Tape tape = Tape.inference(backend)) {
          Tensor x = scope.f32(n, in.h(), in.w(), in.c());
          backend.memory().upload(images, 0, x);
          var result =
              Forward.run(tape, parameters, Variable.constant(x), Forward.Mode.EVALUATE, hooks);
          backend.memory().download(result.logits().value(), logits, 0);
        }
      }
    };
  }
}
