package org.intraq.bench.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.step.StepData;
import org.intraq.models.net.Node;

/** A model in ONNX Runtime with all its optimisations. */
final class Session implements Instance {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final OnnxTensor images;
  private final String input;
  private final float[] logits;

  private Session(byte[] model, String input, StepData data, int threads) throws OrtException {
    Node.Input in = data.network().input();
    int n = data.batch();
    this.input = input;
    logits = new float[n * data.network().classes()];
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(model, options);
    }
    images =
        OnnxTensor.createTensor(
            environment, planes(data.images(), n, in), new long[] {n, in.c(), in.h(), in.w()});
  }

  /** Opens a model on the images of a case. */
  static Session open(String id, byte[] model, String input, StepData data, int threads) {
    try {
      return new Session(model, input, data, threads);
    } catch (OrtException e) {
      throw new IllegalStateException("onnxruntime: " + id + ": " + e.getMessage(), e);
    }
  }

  /** [N, H, W, C] to [N, C, H, W]. */
  private static FloatBuffer planes(float[] values, int n, Node.Input in) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    int pixels = in.h() * in.w();
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < in.c(); c++) {
        for (int p = 0; p < pixels; p++) {
          buffer.put((i * in.c() + c) * pixels + p, values[(i * pixels + p) * in.c() + c]);
        }
      }
    }
    return buffer;
  }

  @Override
  public void run() {
    try (OrtSession.Result result = session.run(Map.of(input, images))) {
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(logits);
    } catch (OrtException e) {
      throw new IllegalStateException("onnxruntime: " + e.getMessage(), e);
    }
  }

  @Override
  public float[] result() {
    return logits.clone();
  }

  @Override
  public void close() {
    images.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("onnxruntime: " + e.getMessage(), e);
    }
  }
}
