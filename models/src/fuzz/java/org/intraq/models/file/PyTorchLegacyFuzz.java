package org.intraq.models.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a legacy checkpoint or refused. */
class PyTorchLegacyFuzz {
  static Stream<byte[]> seeds() {
    return Fixtures.READABLE.stream()
        .filter(name -> name.endsWith("legacy.pth"))
        .map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void stream(byte[] bytes) {
    ReadOrRefuse.check(PyTorchCheckpointReader::readLegacy, bytes);
  }
}
