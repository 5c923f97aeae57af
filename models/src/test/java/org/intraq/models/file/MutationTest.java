package org.intraq.models.file;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Damaged files: whatever is done to a valid file, it either reads or ends in a {@link
 * WeightFileException}; every other exception fails the property.
 */
class MutationTest {
  /** Values that lengths and offsets are confused by. */
  private static final int[] NASTY = {0, 1, 0x7F, 0x80, 0xFF, 0x84, 0x28, 0x2E, 0x52, 0x51};

  @Provide
  static Arbitrary<String> files() {
    return Arbitraries.of(Fixtures.READABLE);
  }

  @Property(tries = 4000)
  void flippedBits(@ForAll("files") String name, @ForAll long seed) {
    byte[] file = Fixtures.bytes(name);
    Random random = new Random(seed);
    int flips = 1 + random.nextInt(4);
    for (int i = 0; i < flips; i++) {
      file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
    }
    ReadOrRefuse.anyFormat(file);
  }

  @Property(tries = 4000)
  void overwrittenBytes(@ForAll("files") String name, @ForAll long seed) {
    byte[] file = Fixtures.bytes(name);
    Random random = new Random(seed);
    int at = random.nextInt(file.length);
    int end = Math.min(file.length, at + 1 + random.nextInt(9));
    Arrays.fill(file, at, end, (byte) NASTY[random.nextInt(NASTY.length)]);
    ReadOrRefuse.anyFormat(file);
  }

  @Property(tries = 2000)
  void removedRepeatedAndMovedPieces(@ForAll("files") String name, @ForAll long seed) {
    byte[] file = Fixtures.bytes(name);
    Random random = new Random(seed);
    int from = random.nextInt(file.length);
    int to = Math.min(file.length, from + random.nextInt(200));
    int at = random.nextInt(file.length);
    boolean keep = random.nextBoolean();
    byte[] piece = Arrays.copyOfRange(file, from, to);
    byte[] rest = keep ? file : without(file, from, to);
    int place = Math.min(at, rest.length);
    byte[] out = new byte[rest.length + piece.length];
    System.arraycopy(rest, 0, out, 0, place);
    System.arraycopy(piece, 0, out, place, piece.length);
    System.arraycopy(rest, place, out, place + piece.length, rest.length - place);
    ReadOrRefuse.anyFormat(out);
    ReadOrRefuse.anyFormat(rest);
  }

  private static byte[] without(byte[] file, int from, int to) {
    byte[] out = new byte[file.length - (to - from)];
    System.arraycopy(file, 0, out, 0, from);
    System.arraycopy(file, to, out, from, file.length - to);
    return out;
  }

  /** A file cut anywhere; formats that end in something necessary never read. */
  @Property(tries = 2000)
  void truncations(@ForAll("files") String name, @ForAll long seed) {
    byte[] file = Fixtures.bytes(name);
    int length = new Random(seed).nextInt(file.length);
    byte[] cut = Arrays.copyOf(file, length);
    ReadOrRefuse.anyFormat(cut);
    if (!name.endsWith(".onnx")) {
      try {
        WeightFiles.read("cut", cut);
      } catch (WeightFileException refused) {
        return;
      }
      throw new AssertionError(name + " cut to " + length + " bytes was read");
    }
  }

  @Property(tries = 1000)
  void noiseBehindAValidStart(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] noise = new byte[random.nextInt(300)];
    random.nextBytes(noise);
    for (byte[] start :
        List.of(
            new byte[] {8, 7},
            new byte[] {(byte) 0x80, 2},
            new byte[] {'P', 'K', 3, 4},
            new byte[] {20, 0, 0, 0, 0, 0, 0, 0, '{', '"'})) {
      byte[] file = Arrays.copyOf(start, start.length + noise.length);
      System.arraycopy(noise, 0, file, start.length, noise.length);
      ReadOrRefuse.anyFormat(file);
    }
  }
}
