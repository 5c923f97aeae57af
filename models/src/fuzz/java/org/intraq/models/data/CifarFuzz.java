package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are a CIFAR file with labels in range or refused. The fuzzer finds no 3,073 bytes by
 * itself, so its input is laid over a file of three records: it starts at the offset that its first
 * two bytes give, and an odd third byte cuts the file where the input ends.
 */
class CifarFuzz {
  private static final int RECORDS = 3;
  private static final Path FILE;

  static {
    try {
      FILE = Files.createTempDirectory("cifar-fuzz").resolve("test.bin");
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
        new byte[] {0, 0, 0, 9, 1, 2}, // a label of CIFAR-10
        new byte[] {12, 1, 0, 10, 7}, // 3073: the second record's label, too large
        new byte[] {0, 0, 0, 19, 99}, // two labels of CIFAR-100
        new byte[] {0, 0, 1});
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void records(byte[] bytes) throws IOException {
    Files.write(FILE, overlaid(bytes == null ? new byte[0] : bytes));
    try {
      ImageDataset data = CifarDataset.open(FILE);
      for (int i = 0; i < data.size(); i++) {
        if (data.label(i) < 0 || data.label(i) >= data.classCount()) {
          throw new AssertionError("label out of range: " + data.label(i));
        }
        data.load(i);
      }
    } catch (DataException expected) {
      Reason.check(expected, FILE.toString());
    }
  }

  private static byte[] overlaid(byte[] input) {
    if (input.length < 3) {
      return input;
    }
    int record = (input[2] & 2) == 0 ? 3073 : 3074;
    byte[] file = new byte[RECORDS * record];
    int at = ((input[0] & 0xFF) << 8 | input[1] & 0xFF) % file.length;
    int length = Math.min(input.length - 3, file.length - at);
    System.arraycopy(input, 3, file, at, length);
    return (input[2] & 1) == 0 ? file : Arrays.copyOf(file, at + length);
  }
}
