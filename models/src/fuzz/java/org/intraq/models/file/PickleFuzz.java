package org.intraq.models.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes in the place of a checkpoint's data.pkl are data or refused; the zip around is valid.
 */
class PickleFuzz {
  static Stream<byte[]> seeds() {
    return Stream.concat(
        Fixtures.READABLE.stream()
            .filter(name -> name.contains("zip") && name.endsWith(".pth"))
            .map(PickleFuzz::pickle),
        Stream.of(
            new PickleWriter()
                .tensor("FloatStorage", "0", 16, 0, new long[] {4, 4}, new long[] {1, 4})
                .stop()));
  }

  private static byte[] pickle(String name) {
    ByteSource source = ByteSource.of(name, Fixtures.bytes(name));
    ZipArchive zip = ZipArchive.open(source);
    ByteSource content =
        zip.content(zip.entry(PyTorchCheckpointReader.zipPrefix(source, zip) + "data.pkl"));
    return content.bytes(0, (int) content.size());
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void pickle(byte[] bytes) {
    byte[] pickle = bytes == null ? new byte[0] : bytes;
    byte[][] storages = {new byte[64], new byte[240], new byte[96]};
    ReadOrRefuse.check(WeightFiles::read, ZipWriter.checkpoint(pickle, storages));
  }
}
