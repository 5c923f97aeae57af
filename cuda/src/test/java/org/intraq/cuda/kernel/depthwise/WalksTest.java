package org.intraq.cuda.kernel.depthwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WalksTest {
  /** 256 images of 14 x 14 x 384 in strips of 7 columns of 2 channels, blocks of 128 threads. */
  @Test
  void halvesAnImageWhereThatFillsTheLastWave() {
    Walks walks = Walks.choose(14, 56, 2, 4, tiles -> 256 * 2 * 192 / 128 * tiles);
    assertEquals(new Walks(7, 3), walks);
    assertEquals(2, walks.tiles(14));
  }

  @Test
  void fewImagesTakeShortWalks() {
    assertEquals(new Walks(4, 1), Walks.choose(56, 56, 2, 4, tiles -> tiles));
  }

  @Test
  void everyHeightIsCoveredWithinTheMost() {
    for (int height = 0; height < 300; height++) {
      for (int images : new int[] {0, 1, 1000}) {
        Walks walks = Walks.choose(height, 14, 1, 5, tiles -> images * tiles);
        assertTrue(walks.rows() >= 1 && walks.rows() <= 14, "rows of " + height);
        assertTrue(walks.tiles(height) * walks.rows() >= height, "tiles of " + height);
      }
    }
  }
}
