package org.intraq.bench.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Peer;
import org.intraq.bench.step.IntegerCase;
import org.intraq.bench.step.StepCase;
import org.intraq.bench.step.StepData;

/** ONNX Runtime in f32, which knows inference only. */
public final class OnnxPeer implements Peer {
  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public String describe() {
    return "onnxruntime " + OrtEnvironment.getEnvironment().getVersion() + ", all optimisations";
  }

  @Override
  public Optional<Instance> make(Case problem, int threads) {
    StepData data =
        switch (problem) {
          case StepCase step -> step.kind() == StepCase.Kind.INFERENCE ? step.data() : null;
          case IntegerCase integer -> integer.data();
          default -> null;
        };
    if (data == null) {
      return Optional.empty();
    }
    byte[] model = OnnxGraph.of(data.network(), data.weights(), data.batch());
    Instance session =
        Session.open(problem.id(), model, data.network().input().name(), data, threads);
    return Optional.of(problem instanceof IntegerCase ? session.ofOtherPrecision() : session);
  }
}
