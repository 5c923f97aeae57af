package org.intraq.models.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a safetensors file or refused. */
class SafetensorsFuzz {
  static Stream<byte[]> seeds() {
    return Fixtures.READABLE.stream()
        .filter(name -> name.endsWith(".safetensors"))
        .map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void header(byte[] bytes) {
    ReadOrRefuse.check(SafetensorsReader::read, bytes);
  }
}
