package org.intraq.tensor.testing;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** Runs a small model of {@link OnnxModelBuilder} on arrays. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** A named input. */
  public record Input(String name, float[] values, int... extents) {}

  /** The values of the model's first output. */
  public static float[] run(byte[] model, Input... inputs) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      for (Input input : inputs) {
        long[] shape = new long[input.extents().length];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = input.extents()[i];
        }
        tensors.put(
            input.name(),
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.values()), shape));
      }
      try (OrtSession session = environment.createSession(model, options);
          OrtSession.Result result = session.run(tensors)) {
        FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
      }
    } catch (OrtException e) {
      throw new IllegalStateException("onnx runtime: the one-node model failed", e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
