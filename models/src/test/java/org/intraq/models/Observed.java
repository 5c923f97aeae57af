package org.intraq.models;

import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * A forward pass with everything that golden files hold.
 *
 * @param moments [2, C] by BatchNorm node: mean, biased variance of its input
 */
public record Observed(float[] logits, float[] features, Map<String, float[]> moments) {
  /** Runs images [n, H, W, C]. */
  public static Observed run(
      Backend backend, Network network, Weights weights, float[] images, int n) {
    Hooks all =
        new Hooks() {
          @Override
          public boolean wantsMoments(Node.BatchNorm node) {
            return true;
          }
        };
    var memory = backend.memory();
    var in = network.input();
    try (Parameters parameters = new Parameters(backend, network, weights, false);
        Scope scope = new Scope(backend, "images");
        Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(scope.of(images, n, in.h(), in.w(), in.c()));
      var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, all);
      Map<String, float[]> moments = new LinkedHashMap<>();
      result.moments().forEach((name, m) -> moments.put(name, memory.toArray(m.value())));
      return new Observed(
          memory.toArray(result.logits().value()),
          memory.toArray(result.features().value()),
          moments);
    }
  }

  /** One row of a BatchNorm layer's moments: 0 for the mean, 1 for the variance. */
  public float[] moment(String node, int row) {
    float[] both = moments.get(node);
    return java.util.Arrays.copyOfRange(both, row * both.length / 2, (row + 1) * both.length / 2);
  }
}
