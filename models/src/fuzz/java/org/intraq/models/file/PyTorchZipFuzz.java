package org.intraq.models.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a zip checkpoint, hold one, or are refused. */
class PyTorchZipFuzz {
  static Stream<byte[]> seeds() {
    return Fixtures.READABLE.stream().filter(name -> name.contains("zip")).map(Fixtures::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void archive(byte[] bytes) {
    ReadOrRefuse.check(WeightFiles::read, bytes);
  }
}
