package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any metadata gives an orientation from 1 to 8. */
class ExifFuzz {
  static Stream<byte[]> seeds() {
    return Stream.of(TestImages.exifSegment(3), TestImages.exifSegment(8));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void orientation(byte[] bytes) {
    int orientation = Orientation.read(bytes == null ? new byte[0] : bytes);
    if (orientation < 1 || orientation > 8) {
      throw new AssertionError("orientation " + orientation);
    }
  }
}
