package org.intraq.bench.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Peer;
import org.intraq.bench.step.IntegerCase;
import org.intraq.export.OnnxExport;

/**
 * ONNX Runtime on the same network in 8 bits, as this program exports it: its integer kernels know
 * no other width.
 */
public final class OnnxInt8Peer implements Peer {
  @Override
  public String name() {
    return "onnxruntime-int8";
  }

  @Override
  public String describe() {
    return "onnxruntime-int8: "
        + OrtEnvironment.getEnvironment().getVersion()
        + " on the QDQ model of 'export --symmetric-weights', W8A8";
  }

  @Override
  public Optional<Instance> make(Case problem, int threads) {
    if (!(problem instanceof IntegerCase integer)) {
      return Optional.empty();
    }
    try {
      Path file = Files.createTempFile("intraq-bench", ".onnx");
      try {
        OnnxExport.write(file, integer.quantized("w8a8"), true);
        byte[] model = Files.readAllBytes(file);
        Instance session =
            Session.open(problem.id(), model, OnnxExport.INPUT, integer.data(), threads);
        return Optional.of(session.ofOtherPrecision());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
