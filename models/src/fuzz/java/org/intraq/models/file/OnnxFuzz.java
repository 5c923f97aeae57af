package org.intraq.models.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are an ONNX model or refused. */
class OnnxFuzz {
  static Stream<byte[]> seeds() {
    return Fixtures.READABLE.stream().filter(name -> name.endsWith(".onnx")).map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void model(byte[] bytes) {
    ReadOrRefuse.check(OnnxInitializerReader::read, bytes);
  }
}
