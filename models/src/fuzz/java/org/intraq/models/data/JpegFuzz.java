package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are an image or refused; seeded with JPEGs of all kinds. */
class JpegFuzz {
  private static final ImageDecoder SMALL = new ImageDecoder(1 << 16, 1 << 20, true);

  static Stream<byte[]> seeds() {
    byte[] baseline = TestImages.jpeg(TestImages.smooth(16, 24), false);
    byte[] ycck = TestImages.withSegment(baseline, 0xEE, TestImages.adobeSegment(2));
    return Stream.of(
        baseline,
        TestImages.jpeg(TestImages.smooth(16, 24), true),
        ycck,
        TestImages.withSegment(baseline, 0xE1, TestImages.exifSegment(6)));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void decode(byte[] bytes) {
    try {
      SMALL.decode(bytes == null ? new byte[0] : bytes, "the-file");
    } catch (DataException expected) {
      Reason.check(expected, "the-file");
    }
  }
}
