package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes, plain or gzipped, are an idx images file or refused. */
class IdxFuzz {
  private static final Path FOLDER;
  private static final Path IMAGES;
  private static final Path LABELS;

  static {
    try {
      FOLDER = Files.createTempDirectory("idx-fuzz");
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
    IMAGES = FOLDER.resolve("images");
    LABELS = TestImages.write(FOLDER, "labels", TestImages.idx(new byte[] {1, 2}, 2));
  }

  static Stream<byte[]> seeds() {
    byte[] grey = TestImages.idx(new byte[24], 2, 4, 3);
    return Stream.of(
        grey,
        TestImages.idx(new byte[24], 2, 2, 2, 3),
        TestImages.gzip(grey),
        TestImages.idx(new byte[24], 2, 1 << 20, 1 << 20));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void images(byte[] bytes) throws IOException {
    Files.write(IMAGES, bytes == null ? new byte[0] : bytes);
    try {
      ImageDataset data = IdxDataset.open(IMAGES, LABELS);
      data.load(data.size() - 1);
    } catch (DataException expected) {
      Reason.check(expected, FOLDER.toString());
    }
  }
}
