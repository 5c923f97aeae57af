package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  /** Crop and flip as one would write them first: pad, cut, mirror. */
  private static byte[] plain(DecodedImage image, int padding, int top, int left, boolean flip) {
    int h = image.height();
    int w = image.width();
    byte[] out = new byte[image.pixels().length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int sy = y + top - padding;
        int sx = (flip ? w - 1 - x : x) + left - padding;
        for (int c = 0; c < image.channels(); c++) {
          if (sy >= 0 && sy < h && sx >= 0 && sx < w) {
            out[(y * w + x) * image.channels() + c] = (byte) image.sample(sy, sx, c);
          }
        }
      }
    }
    return out;
  }

  @Test
  void cropsAndFlipsAsDrawn() {
    DecodedImage image = TestImages.hashed(6, 9, 3, 1);
    Set<String> draws = new HashSet<>();
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      int top = random.nextInt(9);
      int left = random.nextInt(9);
      boolean flip = random.nextBoolean();
      draws.add(top + " " + left + " " + flip);
      DecodedImage got = Augmentation.CIFAR.apply(image, new Random(seed));
      assertArrayEquals(plain(image, 4, top, left, flip), got.pixels());
    }
    assertEquals(9 * 9 * 2, draws.size(), "every shift and flip must have been seen");
  }

  @Test
  void nothingToDoDrawsNothing() {
    DecodedImage image = TestImages.hashed(6, 9, 1, 1);
    Random random = new Random(1);
    assertArrayEquals(image.pixels(), new Augmentation(0, false).apply(image, random).pixels());
    assertEquals(new Random(1).nextLong(), random.nextLong());
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(-1, true));
  }

  @Test
  void perImageSourcesDependOnSeedAndIndexAlone() {
    var first = Augmentation.perImage(42);
    var second = Augmentation.perImage(42);
    second.apply(9).nextLong();
    assertEquals(first.apply(3).nextLong(), second.apply(3).nextLong());
    Set<Long> values = new HashSet<>();
    for (int epoch = 0; epoch < 10; epoch++) {
      for (int i = 0; i < 1000; i++) {
        values.add(Augmentation.perImage(epoch).apply(i).nextLong());
      }
    }
    assertEquals(10_000, values.size());
    assertNotEquals(first.apply(0).nextLong(), first.apply(1).nextLong());
  }
}
