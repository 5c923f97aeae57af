package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a list of images inside the folder or refused. */
class CsvFuzz {
  private static final Path FOLDER;
  private static final Path CSV;

  static {
    try {
      FOLDER = Files.createTempDirectory("csv-fuzz").toRealPath();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
    CSV = FOLDER.resolve("data/labels.csv");
    TestImages.write(FOLDER, "data/a.png", "x");
    TestImages.write(FOLDER, "data/b/c.png", "x");
    TestImages.write(FOLDER, "secret.png", "x");
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            "image,class_index\na,1\nb/c.png,2\n",
            "a.png,1\r\n\"c\",0\r\n",
            "label,file\n\"x\"\"y\",../secret.png\n",
            "image,label\n/etc/passwd,1\n")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void list(byte[] bytes) throws IOException {
    Files.write(CSV, bytes == null ? new byte[0] : bytes);
    try {
      ImageDataset data = CsvLabels.open(CSV, ImageDecoder.DEFAULT);
      for (int i = 0; i < data.size(); i++) {
        if (!Path.of(data.imageName(i)).toRealPath().startsWith(FOLDER.resolve("data"))) {
          throw new AssertionError("left the folder: " + data.imageName(i));
        }
        if (data.label(i) < 0 || data.label(i) >= data.classCount()) {
          throw new AssertionError("label out of range: " + data.label(i));
        }
      }
    } catch (DataException expected) {
      if (!expected.getMessage().contains(CSV.toString())) {
        throw new AssertionError("does not name the file", expected);
      }
    }
  }
}
